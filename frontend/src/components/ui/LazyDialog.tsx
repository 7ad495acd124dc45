import { lazy, Suspense, type ComponentProps } from "react";

const Dialog = lazy(() => import("./Dialog").then((module) => ({ default: module.Dialog })));

/** The dialog for the frame around every screen: its code is fetched when it is first opened, not before the first screen. */
export function LazyDialog(props: ComponentProps<typeof Dialog>) {
  if (!props.open) return null;
  return (
    <Suspense fallback={null}>
      <Dialog {...props} />
    </Suspense>
  );
}
