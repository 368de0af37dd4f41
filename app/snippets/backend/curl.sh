curl --fail-with-body --silent --show-error \
  "https://perch.example.com/embed/generate-token" \
  --header "x-api-key: $PERCH_API_KEY" \
  --header "content-type: application/json" \
  --data @- <<'JSON'
PERCH_REQUEST_BODY
JSON
