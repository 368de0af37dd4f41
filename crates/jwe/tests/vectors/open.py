"""Opens tokens that Perch sealed, with jwcrypto: open.py <file>"""
import json
import sys

from jwcrypto import jwe, jwk

tokens = json.load(open(sys.argv[1], encoding="utf-8"))
assert len(tokens) == 3, tokens
for entry in tokens:
    opened = jwe.JWE()
    opened.deserialize(entry["token"], jwk.JWK(kty="oct", k=entry["key"]))
    assert opened.payload.decode() == entry["claims"]
    assert list(opened.jose_header.items()) == [("alg", "dir"), ("enc", "A256GCM"), ("kid", entry["kid"]), ("typ", "embed+jwt")]
print(f"jwcrypto opened {len(tokens)} tokens")
