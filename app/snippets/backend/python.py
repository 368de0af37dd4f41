import json
import os
import urllib.error
import urllib.request

body = r'''PERCH_REQUEST_BODY'''

request = urllib.request.Request(
    "https://perch.example.com/embed/generate-token",
    data=body.encode(),
    headers={"x-api-key": os.environ["PERCH_API_KEY"], "content-type": "application/json"},
)
try:
    with urllib.request.urlopen(request, timeout=10) as answer:
        print(json.load(answer)["token"])
except urllib.error.HTTPError as refusal:
    raise SystemExit(refusal.read().decode())
