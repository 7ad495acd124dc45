import { useSearchParams } from "react-router";
import { periodName, type PeriodName } from "../../lib/period";

/** The chosen period lives in the address, so that it survives a reload and can be shared. */
export function usePeriod(): [PeriodName, (value: PeriodName) => void] {
  const [params, setParams] = useSearchParams();
  const choose = (value: PeriodName) => setParams(value === "tudo" ? {} : { periodo: value }, { replace: true });
  return [periodName(params.get("periodo")), choose];
}
