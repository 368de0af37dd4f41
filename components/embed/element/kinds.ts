// The elements of the script.

/** The name of each element, and the permission that its content needs. */
export const KINDS: Record<string, [string, string, string]> = {
  "tc-dashboard": ["Dashboard", "dashboard", "can_view"],
  "tc-ai-assistant": ["AI assistant", "ai", "can_query"],
  "tc-self-service-dashboard": ["Self-service dashboard", "dashboard", "can_edit"],
};
