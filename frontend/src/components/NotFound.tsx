import { NotFoundState } from "./NotFoundState";
import { Page } from "./ui/Page";

export default function NotFound() {
  return (
    <Page title="Página não encontrada">
      <NotFoundState />
    </Page>
  );
}
