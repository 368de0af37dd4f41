// The page of the sandbox's preview. It gets a token from the console that shows it, and from nobody else: the browser shows
// this page to no other site (frame-ancestors).

const server = document.querySelector("script")?.dataset["server"] ?? "";

/** Three lines: the element, its theme, the token. @param {MessageEvent} event */
function show({ source, data }) {
  const [tag, theme, token] = String(data).split("\n");
  if (source !== window.parent || !tag?.startsWith("tc-") || !token) return;
  const element = document.createElement(tag);
  // The page around it is in the theme that was chosen there.
  document.documentElement.style.colorScheme = theme || "light dark";
  if (theme) element.setAttribute("data-theme", theme);
  element.setAttribute("server-url", server);
  element.setAttribute("auth-token", token);
  // Where it is, as a browser would say it: not where the console is.
  const caption = document.createElement("p");
  caption.textContent = location.origin;
  document.body.replaceChildren(caption, element);
}

const sheet = new CSSStyleSheet();
sheet.replaceSync("body{margin:.5rem}p{margin:0 0 .5rem;font:600 12px/16px ui-monospace,monospace}");
document.adoptedStyleSheets = [sheet];

const script = document.createElement("script");
script.type = "module";
script.src = `${server}/embed/embed.js`;
document.head.append(script);
window.addEventListener("message", show);
// No secret in it, so whoever shows this page may hear it.
window.parent.postMessage("perch-preview", "*");
