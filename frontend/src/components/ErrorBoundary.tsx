import { Component, type ReactNode } from "react";
import { Button } from "./ui/Button";
import { Icon } from "./ui/Icon";
import styles from "./ui/State.module.css";

interface Props {
  children: ReactNode;
  /** A new value clears the failure, so that another screen can be opened. */
  resetKey?: string;
}

interface State {
  failed: boolean;
  resetKey: string | undefined;
}

/** A screen that breaks says so, and does not take the rest of the panel with it. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { failed: false, resetKey: this.props.resetKey };

  static getDerivedStateFromError(): Partial<State> {
    return { failed: true };
  }

  static getDerivedStateFromProps(props: Props, state: State): Partial<State> | null {
    return props.resetKey === state.resetKey ? null : { failed: false, resetKey: props.resetKey };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <div className={styles.state} role="alert">
        <span className={styles.mark}>
          <Icon name="alert" size={22} />
        </span>
        <p className={styles.title}>Esta tela parou de funcionar</p>
        <p className={styles.text}>
          O problema é do painel, não do atendimento: as mensagens continuam sendo respondidas. Recarregue a página; se
          acontecer de novo, avise o suporte.
        </p>
        <div className={styles.action}>
          <Button icon="repeat" onClick={() => location.reload()}>
            Recarregar
          </Button>
        </div>
      </div>
    );
  }
}
