import { useEffect } from "react";

export default function Embed({ token = "Auth-Token" }) {
  useEffect(() => {
    import(/* @vite-ignore */ "https://perch.example.com/embed/embed.js");
  }, []);
  return <tc-dashboard auth-token={token} server-url="https://perch.example.com"></tc-dashboard>;
}
