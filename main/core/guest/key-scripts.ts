import { shellWord } from "./run-script.ts";

/** Puts a public key into the own `authorized_keys`, once. */
export const addKeyScript = (publicKey: string): string => `set -e
umask 077
mkdir -p "$HOME/.ssh"
file="$HOME/.ssh/authorized_keys"
touch "$file"
[ -z "$(tail -c 1 "$file")" ] || echo >> "$file"
grep -qF ${shellWord(publicKey)} "$file" || echo ${shellWord(publicKey)} >> "$file"
`;

/**
 * Takes every key with this comment out of every user's `authorized_keys`, and the files that are then empty. Needs
 * root for other users' files; the own is always done. Fails when one is still there.
 */
export const removeKeyScript = (comment: string): string => `for home in "$HOME" /root /home/*; do
  file="$home/.ssh/authorized_keys"
  [ -w "$file" ] || continue
  grep -qF ${shellWord(comment)} "$file" || continue
  rest=$(grep -vF ${shellWord(comment)} "$file")
  if [ -n "$rest" ]; then printf '%s\\n' "$rest" > "$file"; else rm -f "$file"; fi
done
! grep -sqF ${shellWord(comment)} "$HOME/.ssh/authorized_keys" /root/.ssh/authorized_keys /home/*/.ssh/authorized_keys
`;

/** The same as one line to be typed at the user's own shell, on the console say. */
export const consoleKeyLine = (publicKey: string): string =>
  `umask 077; mkdir -p ~/.ssh; echo ${shellWord(publicKey)} >> ~/.ssh/authorized_keys`;
