/** The two pages that the browser host shows before the window: plain HTML, no script, nothing from outside. */
const page = (title: string, head: string, body: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title>${head}
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1rem}</style></head>
<body><h1>${title}</h1>${body}</body></html>
`;

/**
 * Goes on to the window. A page and no HTTP redirect, because a SameSite=Strict cookie is not sent along a
 * redirect that began on another site or in a file, and that is where printed addresses get clicked.
 */
export const signedInPage = page(
  "Goldsmith",
  `<meta http-equiv="refresh" content="0;url=/">`,
  `<p><a href="/">Go on to Goldsmith</a></p>`,
);

export const signInPage = page(
  "Sign in to Goldsmith",
  "",
  `<p>This address works once, or not without the key in it. Open the complete address that
<code>goldsmith serve</code> printed when it started; if it was used already, start it again.</p>
<p>If you have just opened it, <a href="/">go on</a>.</p>`,
);
