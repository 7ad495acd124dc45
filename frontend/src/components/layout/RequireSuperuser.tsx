import { Outlet } from "react-router";
import { useMe } from "../../services/session";
import { Forbidden } from "../Forbidden";

/** Explains the closed door. The API is what keeps it closed. */
export function RequireSuperuser() {
  return useMe().is_superuser ? <Outlet /> : <Forbidden />;
}
