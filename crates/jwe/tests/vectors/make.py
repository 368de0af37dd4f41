"""Made jwcrypto.json, with jwcrypto: make.py > jwcrypto.json"""
import base64
import json

from jwcrypto import jwe, jwk

vectors = []
for byte, claims in [(11, '{"v":1,"sub":"user-1"}'), (13, '{"v":1,"sub":"é 😀"}')]:
    kid = f"jwcrypto{byte}"
    key = base64.urlsafe_b64encode(bytes([byte]) * 32).decode().rstrip("=")
    header = '{"alg":"dir","enc":"A256GCM","kid":"%s","typ":"embed+jwt"}' % kid
    sealed = jwe.JWE(claims.encode(), protected=header, recipient=jwk.JWK(kty="oct", k=key))
    vectors.append({"kid": kid, "byte": byte, "claims": claims, "token": sealed.serialize(compact=True)})
print(json.dumps(vectors, indent=2, ensure_ascii=False))
