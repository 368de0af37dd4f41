// HTTP clients by others (Node's fetch, Python's requests) against the running server.
import { spawnSync } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "../support/console.ts";

const body = { user: { distinctId: "user-1", role: "explorer", attributes: { region: "North" } }, expiresIn: "30m" };

test.beforeEach(({ server }) => {
  server.addPerson("ada@example.com", "admin");
  server.command(["attribute", "add", "region", "String"]);
});

test("Node's fetch gets a token", async ({ server }) => {
  const { key } = server.command(["key", "create", "--name", "node"]);
  const answer = await fetch(`${server.url}/embed/generate-token`, {
    method: "POST",
    headers: { "x-api-key": key, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ expiresIn: "30m", token: expect.any(String), tokenId: expect.any(String) });
  const refused = await fetch(`${server.url}/embed/generate-token`, { method: "POST", headers: { "x-api-key": key, "content-type": "application/json" }, body: "{}" });
  expect(refused.status).toBe(422);
});

test("Python's requests gets a token", async ({ server }) => {
  const { key } = server.command(["key", "create", "--name", "python"]);
  const program = `
import json, os, requests
answer = requests.post(os.environ["URL"] + "/embed/generate-token", headers={"x-api-key": os.environ["KEY"]}, json=json.loads(os.environ["BODY"]), timeout=30)
print(answer.status_code, len(answer.json()["token"].split(".")), answer.json()["expiresIn"])
`;
  const env = { ...process.env, URL: server.url, KEY: key, BODY: JSON.stringify(body) };
  const done = spawnSync(process.env.PYTHON ?? "python3", ["-c", program], { env, encoding: "utf8" });
  expect(done.stderr).toBe("");
  expect(done.stdout.trim()).toBe("200 5 30m");
});

test("a browser gets a refusal it can read", async ({ page, server }) => {
  const { key } = server.command(["key", "create", "--name", "leaked"]);
  // A customer's page on its own origin.
  const elsewhere = createServer((_, answer) => answer.setHeader("content-type", "text/html").end("<!doctype html><link rel=icon href=data:,><h1>Shop</h1>"));
  await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
  await page.goto(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`);
  const seen = await page.evaluate(
    async ([url, key]) => {
      const answer = await fetch(`${url}/embed/generate-token`, { method: "POST", headers: { "x-api-key": key, "content-type": "application/json" }, body: "{}" });
      return { status: answer.status, code: (await answer.json()).code };
    },
    [server.url, key] as const,
  );
  elsewhere.close();
  expect(seen).toEqual({ status: 403, code: "API_KEY_IN_BROWSER" });
});
