import { useEffect } from "react";

// Your backend signs the viewer in, asks Perch for a token, and answers { "token": "…" }.
async function fetchToken() {
  const answer = await fetch("/embed-token", { method: "POST" });
  if (!answer.ok) throw new Error(`/embed-token answered ${answer.status}`);
  return (await answer.json()).token;
}

function connect(embed) {
  if (embed) embed.fetchToken = fetchToken;
}

export default function Embed() {
  useEffect(() => {
    import(/* @vite-ignore */ "https://perch.example.com/embed/embed.js");
  }, []);
  return <tc-dashboard ref={connect} server-url="https://perch.example.com"></tc-dashboard>;
}
