// Opens tokens that Perch sealed, with panva/jose: node open.mjs <file>
import { readFileSync } from "node:fs";
import { compactDecrypt } from "jose";

const tokens = JSON.parse(readFileSync(process.argv[2], "utf8"));
if (tokens.length !== 3) throw new Error(`three tokens are expected, not ${tokens.length}`);
for (const { kid, key, claims, token } of tokens) {
  const { plaintext, protectedHeader } = await compactDecrypt(token, Buffer.from(key, "base64url"), { keyManagementAlgorithms: ["dir"], contentEncryptionAlgorithms: ["A256GCM"] });
  const header = JSON.stringify(protectedHeader);
  if (header !== `{"alg":"dir","enc":"A256GCM","kid":"${kid}","typ":"embed+jwt"}`) throw new Error(`header ${header}`);
  if (new TextDecoder().decode(plaintext) !== claims) throw new Error("other claims");
}
console.log(`panva/jose opened ${tokens.length} tokens`);
