// How the facts of a session are worded.
import type { Session } from "../server/session";

const MODELS: Record<string, string> = {
  dashboard: "dashboards",
  chart: "charts",
  database: "databases",
  ai: "AI assistant",
};
const VERBS: Record<string, string> = { can_view: "view", can_edit: "edit", can_query: "ask" };

/** The time until the session ends. */
export function timeLeft(milliseconds: number) {
  const minutes = Math.round(milliseconds / 60_000);
  if (minutes < 1) return "under a minute";
  if (minutes < 120) return `${minutes} ${minutes === 1 ? "minute" : "minutes"}`;
  return `${Math.floor(minutes / 60)} hours`;
}

/** The permissions of the token, such as `dashboards: view, edit`. */
export function granted(permissions: Session["permissions"]) {
  const parts = Object.keys(MODELS).filter((model) => permissions[model]?.length);
  return (
    parts
      .map(
        (model) =>
          `${MODELS[model]}: ${permissions[model]?.map((name) => VERBS[name] ?? name).join(", ")}`,
      )
      .join("; ") || "none"
  );
}
