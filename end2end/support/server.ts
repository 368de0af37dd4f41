// A server of this build with its own folder and port.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const binary = process.env.PERCH_BINARY ?? "target/debug/perch";
export const password = "correct horse battery";

/**
 * A free port below the range for outgoing connections, so that no connection can take the port while the server restarts.
 */
async function lasting(): Promise<number> {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 20_000);
    const probe = createServer();
    const free = await new Promise<boolean>((resolve) => probe.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true)));
    await new Promise((resolve) => probe.close(resolve));
    if (free) return port;
  }
}

export class Server {
  private constructor(
    private child: ChildProcess,
    private readonly folder: string,
    private readonly settings: Record<string, string>,
    readonly url: string,
    readonly setupLink: string,
  ) {}

  static async start(settings: Record<string, string> = {}): Promise<Server> {
    const folder = mkdtempSync(join(tmpdir(), "perch-e2e-"));
    const { child, url, lines } = await Server.spawn(folder, { PERCH_ADDR: `127.0.0.1:${await lasting()}`, ...settings });
    const link = (await lines.next()).value as string;
    const file = link.replace("the setup link is in ", "");
    return new Server(child, folder, settings, url, readFileSync(file, "utf8").trim());
  }

  private static async spawn(folder: string, settings: Record<string, string>) {
    const env = { ...process.env, PERCH_DATA_DIR: join(folder, "data"), ...settings };
    const child = spawn(binary, ["serve"], { env, stdio: ["ignore", "pipe", "inherit"] });
    const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    const listening = (await lines.next()).value as string;
    return { child, lines, url: listening.replace("listening on ", "") };
  }

  /** A second process on the same database. */
  async twin(): Promise<Server> {
    const { child, url } = await Server.spawn(this.folder, { PERCH_ADDR: "127.0.0.1:0", ...this.settings });
    return new Server(child, "", {}, url, "");
  }

  /** Stops the server and starts it again at the same address. */
  async restart(while_ = async () => {}): Promise<void> {
    await this.end();
    await while_();
    this.child = (await Server.spawn(this.folder, { ...this.settings, PERCH_ADDR: new URL(this.url).host })).child;
  }

  /** Runs a command on this server's data and returns its output. */
  command(parts: string[], input = ""): any {
    const env = { ...process.env, PERCH_DATA_DIR: join(this.folder, "data") };
    const done = spawnSync(binary, [...parts, "--json"], { env, input, encoding: "utf8" });
    if (done.status !== 0) throw new Error(done.stderr);
    return JSON.parse(done.stdout);
  }

  /** Adds an authorized origin, by default for Development. */
  list(origin: string): void {
    this.command(["origin", "add", origin]);
  }

  /** Creates an API key that belongs to the first admin. */
  key(name = "backend"): string {
    return this.command(["key", "create", "--name", name]).key;
  }

  /** Sends a request as a customer's backend does. */
  call(path: string, key: string, body: unknown): Promise<Response> {
    return fetch(`${this.url}${path}`, { method: "POST", headers: { "x-api-key": key, "content-type": "application/json" }, body: JSON.stringify(body) });
  }

  /** Mints a token for a viewer. */
  async token(key: string, distinctId = "viewer-1", more: Record<string, unknown> = {}): Promise<string> {
    const answer = await this.call("/embed/generate-token", key, { user: { distinctId, role: "explorer" }, ...more });
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()).token;
  }

  addPerson(email: string, role: string): void {
    this.command(["admin", "create", "--email", email, "--name", "Ada Lovelace", "--role", role], `${password}\n`);
  }

  private async end(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGTERM");
    await ended;
  }

  async stop(): Promise<void> {
    await this.end();
    if (this.folder) rmSync(this.folder, { recursive: true, force: true });
  }
}
