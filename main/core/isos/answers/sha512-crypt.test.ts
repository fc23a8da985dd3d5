import { expect, it } from "vitest";
import { sha512Crypt } from "./sha512-crypt.ts";

/** Made by crypt(3) of glibc, by way of `openssl passwd -6`. */
it.each([
  [
    "Hello world!",
    "saltstring",
    "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1",
  ],
  [
    "pä ß",
    "abcdefgh",
    "$6$abcdefgh$craf1UV2UcA.DfJFOzfyt7fDnuP.dDI3ZEf4/PefjVeIC9iQoKVWyo35Uc0Afbpsxr0O4M.rgCcbL24KTdZeZ.",
  ],
  [
    "a long password of more than sixty-four bytes, so that blocks repeat once and again",
    "zz",
    "$6$zz$60RXjnhw4OBZmDfAbi7lRG3pZKNA8ITHS5voK4P7B8aq.XlDE.4ReIWF5AgTy/8GyvzsjfIS9CJlix/E4Qh5x1",
  ],
])("hashes %j with the salt %s as glibc does", (password, salt, hash) => {
  expect(sha512Crypt(password, salt)).toBe(hash);
});

it("takes another salt each time and never shows the password", () => {
  const [a, b] = [sha512Crypt("geheim"), sha512Crypt("geheim")];
  expect(a).not.toBe(b);
  expect(a).toMatch(/^\$6\$[./0-9A-Za-z]{16}\$[./0-9A-Za-z]{86}$/);
  expect(a).not.toContain("geheim");
});
