/**
 * xterm.js writes its colours into <style> elements and, in its DOM renderer, into style attributes. The window's
 * content security policy forbids both (`style-src 'self'`). xterm takes a document of ours (`documentOverride`), so
 * it gets this one: a style element that feeds a constructed style sheet, and `style` attributes set through the
 * object model. Both are allowed by the policy, and no 'unsafe-inline' is needed.
 */
export function createCspDocument(real: Document): Document {
  const createElement = (tagName: string): HTMLElement => {
    const element = real.createElement(tagName);
    if (tagName === "style") feedSheet(element, real);
    else if (tagName === "span") element.setAttribute = setAttributeByModel;
    return element;
  };
  return new Proxy(real, {
    get: (target, key) => {
      if (key === "createElement") return createElement;
      const value: unknown = Reflect.get(target, key, target);
      // Methods of a document only work on the document itself.
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function feedSheet(element: HTMLElement, real: Document): void {
  const sheet = new CSSStyleSheet();
  real.adoptedStyleSheets.push(sheet);
  // Not a style sheet to the browser, so the policy has nothing to refuse.
  element.setAttribute("type", "text/plain");
  Object.defineProperty(element, "textContent", {
    set: (css: string) => {
      sheet.replaceSync(css);
    },
    get: () => "",
  });
  element.remove = () => {
    real.adoptedStyleSheets = real.adoptedStyleSheets.filter((adopted) => adopted !== sheet);
    HTMLElement.prototype.remove.call(element);
  };
}

function setAttributeByModel(this: HTMLElement, name: string, value: string): void {
  if (name === "style") this.style.cssText = value;
  else HTMLElement.prototype.setAttribute.call(this, name, value);
}
