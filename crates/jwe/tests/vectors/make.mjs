// Made jose.json, with panva/jose: node make.mjs > jose.json
import { CompactEncrypt } from "jose";

const vectors = [];
for (const [byte, claims] of [[7, '{"v":1,"sub":"user-1"}'], [9, '{"v":1,"sub":"é 😀"}']]) {
  const kid = `josevector${byte}`;
  const token = await new CompactEncrypt(new TextEncoder().encode(claims))
    .setProtectedHeader({ alg: "dir", enc: "A256GCM", kid, typ: "embed+jwt" })
    .encrypt(new Uint8Array(32).fill(byte));
  vectors.push({ kid, byte, claims, token });
}
console.log(JSON.stringify(vectors, null, 2));
