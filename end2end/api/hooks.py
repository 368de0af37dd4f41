"""Rules that the schema cannot express: the declared attributes, and the total size of a request."""

import schemathesis
from schemathesis.openapi.checks import RejectedPositiveData

ATTRIBUTES = {
    "region": ("TextAttribute", False),
    "tier": ("IntegerAttribute", False),
    "score": ("NumericAttribute", False),
    "active": ("BooleanAttribute", False),
    "since": ("DateAttribute", False),
    "brands": ("TextAttribute", True),
    "sizes": ("IntegerAttribute", True),
}


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Replaces the attributes by those that run.py declares, with the document's schema for each type."""
    schemas = raw_schema["components"]["schemas"]
    request = schemas["MintRequest"]["properties"]
    attributes = request["user"]["properties"]["attributes"]
    longest = attributes["additionalProperties"]["anyOf"][1]["maxItems"]

    def declared(kind, in_list):
        value = {"$ref": f"#/components/schemas/{kind}"}
        return {"type": "array", "items": value, "maxItems": longest} if in_list else value

    # Null counts as absent.
    attributes["properties"] = {name: {"anyOf": [declared(*kind), {"type": "null"}]} for name, kind in ATTRIBUTES.items()}
    attributes["additionalProperties"] = False


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Accepts a refusal for the total size, even where each part alone is valid."""
    if not isinstance(failure, RejectedPositiveData):
        return True
    refusal = response.json()
    violations = [violation["code"] for violation in refusal.get("violations", [])]
    return refusal["code"] != "BODY_TOO_LARGE" and violations != ["TOKEN_TOO_LARGE"]
