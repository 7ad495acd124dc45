import { useId, useState, type SubmitEvent } from "react";
import { createItem, updateItem } from "../../services/empresas";
import { ApiError, sentenceOf } from "../../services/errors";
import type { ItemCardapio } from "../../services/types";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { FieldError } from "../ui/FieldError";
import formStyles from "../ui/Form.module.css";
import { MoneyField } from "../ui/MoneyField";
import { TextArea } from "../ui/TextArea";
import { TextField } from "../ui/TextField";
import { useChange } from "../ui/useChange";

interface Props {
  slug: string;
  item: ItemCardapio | null;
  categories: readonly string[];
  onClose: () => void;
}

export function ItemDialog({ slug, item, categories, onClose }: Props) {
  const list = useId();
  const [nome, setNome] = useState(item?.nome ?? "");
  const [categoria, setCategoria] = useState(item?.categoria ?? "");
  const [descricao, setDescricao] = useState(item?.descricao ?? "");
  const [preco, setPreco] = useState<number | null>(item?.preco_centavos ?? null);
  const [missing, setMissing] = useState<string>();
  const save = useChange({
    run: (preco_centavos: number) => {
      const fields = { nome, preco_centavos, categoria: categoria.trim() || null, descricao: descricao.trim() || null };
      return item ? updateItem(slug, item.id, fields) : createItem(slug, { ...fields, disponivel: true });
    },
    refresh: ["empresas", slug, "cardapio"],
    done: "Cardápio salvo.",
    onDone: onClose,
  });
  const failure = save.error instanceof ApiError ? save.error : null;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setMissing(preco === null ? "Digite um preço, como 58,00." : undefined);
    if (preco !== null) save.mutate(preco);
  };
  return (
    <Dialog open onOpenChange={onClose} title={item ? "Editar item" : "Novo item"}>
      <form className={`${formStyles.form} ${formStyles.bare}`} onSubmit={submit} noValidate>
        <TextField
          label="Nome"
          placeholder="Pizza margherita"
          maxLength={120}
          value={nome}
          error={failure?.field("nome")}
          onChange={(event) => setNome(event.target.value)}
        />
        <MoneyField label="Preço" value={preco} error={missing ?? failure?.field("preco_centavos")} onChange={setPreco} />
        <TextField
          label="Categoria"
          placeholder="Pizzas"
          list={list}
          maxLength={80}
          value={categoria}
          error={failure?.field("categoria")}
          onChange={(event) => setCategoria(event.target.value)}
        />
        <datalist id={list}>
          {categories.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <TextArea
          label="Descrição"
          placeholder="Molho de tomate, muçarela e manjericão"
          maxLength={500}
          value={descricao}
          error={failure?.field("descricao")}
          onChange={(event) => setDescricao(event.target.value)}
        />
        {save.error && !failure?.errors.length && <FieldError id="item-erro" text={sentenceOf(save.error)} />}
        <Button type="submit" variant="primary" working={save.isPending}>
          Salvar item
        </Button>
      </form>
    </Dialog>
  );
}
