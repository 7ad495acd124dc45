/** The time zones of Brazil, by the places people know. */
export const TIME_ZONES: readonly { value: string; label: string }[] = [
  { value: "America/Sao_Paulo", label: "Brasília, São Paulo, Rio, Sul" },
  { value: "America/Bahia", label: "Bahia" },
  { value: "America/Recife", label: "Pernambuco, Paraíba, Rio Grande do Norte" },
  { value: "America/Fortaleza", label: "Ceará, Maranhão, Piauí" },
  { value: "America/Maceio", label: "Alagoas, Sergipe" },
  { value: "America/Belem", label: "Pará, Amapá" },
  { value: "America/Araguaina", label: "Tocantins" },
  { value: "America/Campo_Grande", label: "Mato Grosso do Sul" },
  { value: "America/Cuiaba", label: "Mato Grosso" },
  { value: "America/Manaus", label: "Amazonas" },
  { value: "America/Porto_Velho", label: "Rondônia" },
  { value: "America/Boa_Vista", label: "Roraima" },
  { value: "America/Rio_Branco", label: "Acre" },
  { value: "America/Noronha", label: "Fernando de Noronha" },
];
