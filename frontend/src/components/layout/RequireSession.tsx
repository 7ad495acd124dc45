import { lazy } from "react";
import { Navigate, Outlet, useLocation } from "react-router";
import { useSession } from "../../services/session";
import { ErrorState } from "../ui/ErrorState";
import { Splash } from "./Splash";

const FirstPassword = lazy(() => import("../FirstPassword"));

/**
 * Lets through who is signed in; sends the rest to the login, remembering where they wanted to be. A password that somebody else chose is changed before anything is shown; the address stays, so the work goes on from there.
 */
export function RequireSession() {
  const { state, restore } = useSession();
  const location = useLocation();
  switch (state.phase) {
    case "restoring":
      return <Splash />;
    case "unreachable":
      return <ErrorState error={state.error} onRetry={restore} />;
    case "anonymous":
      return <Navigate to="/login" replace state={{ from: location.pathname + location.search }} />;
    case "signed-in":
      return state.me.trocar_senha ? <FirstPassword /> : <Outlet />;
  }
}
