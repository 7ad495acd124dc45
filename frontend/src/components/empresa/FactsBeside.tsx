import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { fatosQuery } from "../../services/empresas";
import { ErrorState } from "../ui/ErrorState";
import { Section } from "../ui/Section";
import { Skeleton } from "../ui/Skeleton";
import styles from "./FactsBeside.module.css";

/** What the attendant knows besides the prompt, so that nobody writes it twice. */
export function FactsBeside({ slug }: { slug: string }) {
  const { data, error, refetch } = useQuery(fatosQuery(slug));
  return (
    <Section title="O que ele já sabe" aside={<Link to={`/admin/${slug}/configuracao/fatos`}>Editar fatos</Link>}>
      {error && !data ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <div className={styles.text}>
          <Skeleton rows={4} />
        </div>
      ) : (
        <>
          {data.items.length > 0 && (
            <dl className={styles.facts}>
              {data.items.map(({ id, titulo, texto }) => (
                <div key={id}>
                  <dt>{titulo}</dt>
                  <dd>{texto}</dd>
                </div>
              ))}
            </dl>
          )}
          <p className={styles.text}>
            Horários, endereço, cardápio e regras de reserva também chegam sozinhos ao atendente: não precisa repeti-los no prompt.
          </p>
        </>
      )}
    </Section>
  );
}
