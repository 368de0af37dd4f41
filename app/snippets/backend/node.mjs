// Node 18 or later.
const answer = await fetch("https://perch.example.com/embed/generate-token", {
  method: "POST",
  headers: { "x-api-key": process.env.PERCH_API_KEY, "content-type": "application/json" },
  body: String.raw`PERCH_REQUEST_BODY`,
});
const { token, message, requestId } = await answer.json();
if (!answer.ok) throw new Error(`${message} (request ${requestId})`);
console.log(token);
