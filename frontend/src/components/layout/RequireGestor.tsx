import { Outlet } from "react-router";
import { isGestor } from "../../services/permissions";
import { useMe } from "../../services/session";
import { Forbidden } from "../Forbidden";

/** For superusers and for who manages an empresa. The API is what keeps the door closed. */
export function RequireGestor() {
  return isGestor(useMe()) ? <Outlet /> : <Forbidden audience="gestores" />;
}
