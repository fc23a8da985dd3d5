import "./logo.css";

/** A bar of gold, seen from the front. */
export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 32 32" aria-hidden="true">
      <path className="logo-front" d="M7.6 14h16.800l3.6 10.500H4z" />
      <path className="logo-top" d="M11 9h10l3.400 5H7.6z" />
    </svg>
  );
}
