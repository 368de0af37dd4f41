// A server of this build, in a folder of its own, on a port it picks itself.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const binary = process.env.PERCH_BINARY ?? "target/debug/perch";
export const password = "correct horse battery";

export class Server {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    readonly url: string,
    readonly setupLink: string,
  ) {}

  static async start(settings: Record<string, string> = {}): Promise<Server> {
    const folder = mkdtempSync(join(tmpdir(), "perch-e2e-"));
    const env = { ...process.env, PERCH_DATA_DIR: join(folder, "data"), PERCH_ADDR: "127.0.0.1:0", ...settings };
    const child = spawn(binary, ["serve"], { env, stdio: ["ignore", "pipe", "inherit"] });
    const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    const listening = (await lines.next()).value as string;
    const link = (await lines.next()).value as string;
    const file = link.replace("the setup link is in ", "");
    return new Server(child, folder, listening.replace("listening on ", ""), readFileSync(file, "utf8").trim());
  }

  /** Runs a command on this server's data and returns what it answers. */
  command(parts: string[], input = ""): any {
    const env = { ...process.env, PERCH_DATA_DIR: join(this.folder, "data") };
    const done = spawnSync(binary, [...parts, "--json"], { env, input, encoding: "utf8" });
    if (done.status !== 0) throw new Error(done.stderr);
    return JSON.parse(done.stdout);
  }

  addPerson(email: string, role: string): void {
    this.command(["admin", "create", "--email", email, "--name", "Ada Lovelace", "--role", role], `${password}\n`);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGTERM");
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
