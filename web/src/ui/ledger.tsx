import type { Ledger } from "../api/types";
import { count } from "../model/format";
import { termsOf } from "../model/trust";

/** "received 1,000 = delivered 982 + … ✓ balances", and the same as a bar. */
export function LedgerFlow({ ledger, name }: { ledger: Ledger; name: string }) {
  const terms = termsOf(ledger);
  return (
    <div class="ledger">
      <div class="eq">
        <span class="term">received <b>{count(ledger.received)}</b></span>
        {terms.map((term, i) => (
          <span key={term.fate} class={`term ${term.loss ? "loss" : ""}`}>{i ? "+" : "="} {term.fate} <b>{count(term.n)}</b></span>
        ))}
        <span class={`term ${ledger.balances ? "good-text" : "bad-text"}`}>{ledger.balances ? "✓ balances" : "✗ does not balance"}</span>
      </div>
      <div class="fates" role="img" aria-label={`fates of the records of ${name}`}>
        {terms.map((term) => (term.n > 0 ? <i key={term.fate} class={term.fate} style={{ flexGrow: term.n }} title={`${term.fate} ${count(term.n)}`} /> : null))}
      </div>
    </div>
  );
}
