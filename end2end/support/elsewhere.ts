// Customers' sites: separate servers on other hosts and ports, over HTTPS where a test needs it.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as plain, type IncomingMessage, type RequestListener, type Server as Http, type ServerResponse } from "node:http";
import { createServer as secure } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

type Answer = string | ((request: IncomingMessage, response: ServerResponse) => void);

/** Pages by path. A string is served as HTML. */
export type Pages = Record<string, Answer>;

export class Elsewhere {
  private constructor(private readonly server: Http, readonly url: string) {}

  /** `host` is any name that the browser resolves to this machine; HTTPS needs a name that ends in `.test`. */
  static async start(pages: Pages, host = "127.0.0.1", https = false): Promise<Elsewhere> {
    const answer: RequestListener = (request, response) => {
      const page = pages[new URL(request.url!, "http://x").pathname];
      if (typeof page === "function") page(request, response);
      else if (page === undefined) response.writeHead(404).end();
      else response.setHeader("content-type", "text/html; charset=utf-8").end(page);
    };
    const server = https ? secure(certificate(), answer) : plain(answer);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new Elsewhere(server, `http${https ? "s" : ""}://${host}:${(server.address() as AddressInfo).port}`);
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

let made: { key: Buffer; cert: Buffer } | undefined;

/** A certificate made for this test run; the browser is configured to accept it. */
function certificate() {
  if (made) return made;
  const folder = mkdtempSync(join(tmpdir(), "perch-cert-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test", "-keyout", key, "-out", cert], { stdio: "ignore" });
  made = { key: readFileSync(key), cert: readFileSync(cert) };
  rmSync(folder, { recursive: true });
  return made;
}

/** A page with embeds. It declares a favicon so that the browser does not request one. */
export function page(body: string, head = ""): string {
  return `<!doctype html><html><head><meta charset="utf-8"><link rel="icon" href="data:,">${head}</head><body>${body}</body></html>`;
}
