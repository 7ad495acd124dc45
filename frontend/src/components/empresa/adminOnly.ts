/** Why a gestor finds a field closed. */
export const ADMIN_ONLY =
  "Definido pela administração do sistema, porque é compartilhado entre empresas. Peça a mudança a quem administra.";
