/**
 * xterm.js writes its colours into <style> elements and, in its DOM renderer, letter spacing into style attributes.
 * The window's content security policy forbids both (`style-src 'self'`). The two functions here lead the same text
 * to constructed style sheets and to the object model, which the policy allows; so no 'unsafe-inline' is needed.
 */

/**
 * Runs `act`, in which xterm makes its style elements, with stand-ins for them. (xterm's option `documentOverride`
 * would be the place, but 6.0 takes several elements from the page's own document all the same.)
 */
export function withStyleStandIns(act: () => void): void {
  const createElement = document.createElement.bind(document);
  Object.defineProperty(document, "createElement", {
    configurable: true,
    // Chromium reports a violation even for a <style> of a foreign type; a template is inert and silent.
    value: (tagName: string) =>
      tagName === "style" ? feedSheet(createElement("template")) : createElement(tagName),
  });
  try {
    act();
  } finally {
    Reflect.deleteProperty(document, "createElement");
  }
}

/** Setting a span's `style` attribute has the same effect as before, by the way that the policy allows. */
export function setSpanStylesByModel(): void {
  HTMLSpanElement.prototype.setAttribute = function setAttribute(name: string, value: string) {
    if (name === "style") this.style.cssText = value;
    else HTMLElement.prototype.setAttribute.call(this, name, value);
  };
}

/** An element whose text is a style sheet of the page for as long as the element is not removed. */
function feedSheet(element: HTMLElement): HTMLElement {
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets.push(sheet);
  Object.defineProperty(element, "textContent", {
    set: (css: string) => {
      sheet.replaceSync(css);
    },
    get: () => "",
  });
  element.remove = () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((adopted) => adopted !== sheet);
    HTMLElement.prototype.remove.call(element);
  };
  return element;
}
