import { Suspense } from "react";
import { Outlet, useLocation } from "react-router";
import { useScrollMemory } from "../lib/useScrollMemory";
import { ErrorBoundary } from "./ErrorBoundary";
import { BottomBar } from "./layout/BottomBar";
import { OfflineBanner } from "./layout/OfflineBanner";
import { PagePending } from "./layout/PagePending";
import { TopBar } from "./layout/TopBar";
import styles from "./Layout.module.css";
import { Sidebar } from "./Sidebar";
import { ToastProvider } from "./ui/ToastProvider";

/** The frame around every screen: sidebar on a desk; top bar and bottom bar on a phone. */
export default function Layout() {
  const { pathname } = useLocation();
  useScrollMemory();
  return (
    <ToastProvider>
      <a
        className={styles.skip}
        href="#conteudo"
        onClick={(event) => {
          // The hash belongs to the router: the jump is made by hand.
          event.preventDefault();
          document.getElementById("conteudo")?.focus();
        }}
      >
        Ir para o conteúdo
      </a>
      <div className={styles.frame}>
        <Sidebar />
        <TopBar />
        <main className={styles.main} id="conteudo" tabIndex={-1}>
          <OfflineBanner />
          <ErrorBoundary resetKey={pathname}>
            <Suspense fallback={<PagePending />}>
              <Outlet />
            </Suspense>
          </ErrorBoundary>
        </main>
        <BottomBar />
      </div>
    </ToastProvider>
  );
}
