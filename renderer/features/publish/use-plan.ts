import { useEffect, useState } from "react";
import type { DestinationPlan, PublishMany } from "#contract/publish.ts";
import { AppError } from "#core/lib/app-error.ts";
import { useCore } from "#renderer/host/core-context.tsx";

/** Typing goes on for a moment: not every letter is a question to five providers. */
const pauseMs = 300;

export interface PlanState {
  /** By account; those of an earlier choice stay until the next answer. */
  readonly plans: ReadonlyMap<string, DestinationPlan>;
  /** `plans` do not belong to the present choice (yet). */
  readonly stale: boolean;
  readonly error: AppError | null;
  readonly askAgain: () => void;
}

interface Answer {
  readonly question: string;
  readonly plans: ReadonlyMap<string, DestinationPlan>;
  readonly error: AppError | null;
}

const nothing: Answer = { question: "", plans: new Map(), error: null };

/** What the core would do with this input; null: nothing is asked. */
export function usePlan(input: PublishMany | null): PlanState {
  const { client } = useCore();
  const [answer, setAnswer] = useState(nothing);
  const [round, setRound] = useState(0);
  const question = input === null ? "" : `${round} ${JSON.stringify(input)}`;
  useEffect(() => {
    if (question === "") return;
    const over = new AbortController();
    const asked = JSON.parse(question.slice(question.indexOf(" "))) as PublishMany;
    const timer = setTimeout(() => {
      client.call("publish.plan", asked, over.signal).then(
        (plans) => {
          const byAccount = new Map(plans.map((plan) => [plan.accountId, plan]));
          setAnswer({ question, plans: byAccount, error: null });
        },
        (cause: unknown) => {
          if (over.signal.aborted) return;
          setAnswer(({ plans }) => ({ question, plans, error: AppError.from(cause) }));
        },
      );
    }, pauseMs);
    return () => {
      clearTimeout(timer);
      over.abort();
    };
  }, [client, question]);
  return {
    plans: answer.plans,
    stale: question !== answer.question,
    error: question === answer.question ? answer.error : null,
    askAgain: () => setRound((before) => before + 1),
  };
}
