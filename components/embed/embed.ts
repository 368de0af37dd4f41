// The components that show Perch on other people's pages. One module without dependencies. It sets
// no cookie, keeps tokens in memory only, and calls only the server it came from.
import { Embed } from "./element/element";
import { KINDS } from "./element/kinds";

for (const name of Object.keys(KINDS)) {
  // A page may load the script twice, perhaps in two versions. The first one stays.
  if (!customElements.get(name)) customElements.define(name, class extends Embed {});
}
