// The stylesheet of an element's shadow root. Pages set the custom properties `--tc-*`.

export const STYLE = `
:host{display:block;min-block-size:10rem}
:host([hidden]){display:none}
[part=frame]{
--c:var(--tc-color,#1c1f26);--b:var(--tc-background,#fff);--l:var(--tc-border,#d5d9e0);--m:var(--tc-muted,#565d6b);--a:var(--tc-accent,#2f5fd0);
box-sizing:border-box;min-block-size:inherit;block-size:100%;overflow:auto;padding:1rem;text-align:start;
font:400 14px/20px var(--tc-font,system-ui,sans-serif);color:var(--c);background:var(--b);border:1px solid var(--l);border-radius:var(--tc-radius,6px);color-scheme:light}
@media(prefers-color-scheme:dark){:host(:not([data-theme=light])) [part=frame]{--c:var(--tc-color,#e6e8ec);--b:var(--tc-background,#16181d);--l:var(--tc-border,#3a3f4a);--m:var(--tc-muted,#a2a9b6);--a:var(--tc-accent,#8fb0ff);color-scheme:dark}}
:host([data-theme=dark]) [part=frame]{--c:var(--tc-color,#e6e8ec);--b:var(--tc-background,#16181d);--l:var(--tc-border,#3a3f4a);--m:var(--tc-muted,#a2a9b6);--a:var(--tc-accent,#8fb0ff);color-scheme:dark}
p,dl,dd{margin:0}
[part=title]{font-weight:600}
[part=status],[part=note],[part=reference],dt{color:var(--m)}
dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:0 1rem;margin-block-start:.75rem}
dd,[part=reference]{overflow-wrap:anywhere}
[part=note],[part=reference],button{margin-block-start:.5rem}
[part=reference]{font-size:12px;user-select:all}
button{font:inherit;color:var(--a);background:none;border:1px solid var(--l);border-radius:var(--tc-radius,6px);padding:.25rem .75rem;cursor:pointer}
button:focus-visible{outline:2px solid var(--a);outline-offset:2px}
[hidden]{display:none!important}
@media(max-width:20rem){dl{grid-template-columns:1fr}}`;
