// RFC 7662 through openid-client, which treats Perch as any other authorization server.
import * as oauth from "openid-client";
import { expect, test } from "../support/console.ts";

test("a standard client is told what is active, and nothing of what is not", async ({ server }) => {
  server.addPerson("ada@example.com", "admin");
  server.command(["attribute", "add", "region", "String"]);
  const [key, other] = [server.key(), server.key("other")];
  const asks = (key: string) => {
    const metadata = { issuer: server.url, introspection_endpoint: `${server.url}/embed/introspect` };
    const config = new oauth.Configuration(metadata, "backend", undefined, (_server, _client, _body, headers) => headers.set("authorization", `Bearer ${key}`));
    oauth.allowInsecureRequests(config);
    return (token: string) => oauth.tokenIntrospection(config, token);
  };
  const minted = await (
    await server.call("/embed/generate-token", key, {
      user: { distinctId: "ann", role: "explorer", attributes: { region: "North" } },
      permissions: { dashboard: "can_view" },
      expiresIn: "10m",
    })
  ).json();
  const active = await asks(key)(minted.token);
  expect(active).toMatchObject({
    active: true,
    sub: "ann",
    aud: "embed",
    jti: minted.tokenId,
    client_id: expect.stringMatching(/^[0-9A-Za-z]{11}$/),
    role: "explorer",
    permissions: { dashboard: ["can_view"] },
    attributes: { region: "North" },
    sandbox: false,
  });
  // Times are whole seconds (RFC 7519, section 2).
  expect(active.exp! - active.iat!).toBe(600);
  expect(new Date(active.exp! * 1_000).toISOString()).toBe(minted.expiresAt.replace("Z", ".000Z"));
  expect(active.nbf).toBe(active.iat);
  expect(active.iss).toMatch(/^[0-9a-f-]{36}$/);
  // A token of another key, a changed token and an empty text are inactive, and the answer says nothing else.
  for (const [ask, token] of [[asks(other), minted.token], [asks(key), `${minted.token}x`], [asks(key), "nonsense"]] as const) {
    expect(await ask(token)).toEqual({ active: false });
  }
  await server.call("/embed/revoke", key, { tokenId: minted.tokenId });
  expect(await asks(key)(minted.token)).toEqual({ active: false });
  // A text that is not an API key does not authenticate a client.
  await expect(asks("perch_sk_x")(minted.token)).rejects.toMatchObject({ status: 401 });
});
