/** What findings are about, by the first word of a rule's id. */
export const findingTopics = [
  { id: "image", title: "Image", words: ["format", "size", "archive", "iso", "image", "licence", "license"] },
  {
    id: "disk",
    title: "Disk",
    words: ["disk", "filesystem", "fstab", "volume", "growth", "root", "partition"],
  },
  {
    id: "system",
    title: "System",
    words: ["os", "system", "kernel", "packages", "selinux", "agent", "windows"],
  },
  { id: "boot", title: "Boot", words: ["boot", "firmware", "drivers", "virtio"] },
  { id: "first-boot", title: "First boot", words: ["cloud-init", "datasource", "provisioner", "first-boot"] },
  { id: "ssh", title: "SSH", words: ["sshd", "ssh"] },
  { id: "network", title: "Network", words: ["network"] },
  {
    id: "clean",
    title: "Clean",
    words: ["identity", "leftovers", "accounts", "hygiene", "secrets", "clean"],
  },
  { id: "other", title: "Other", words: [] },
] as const satisfies readonly { id: string; title: string; words: readonly string[] }[];

export type FindingTopicId = (typeof findingTopics)[number]["id"];

const topicOfWord = new Map<string, FindingTopicId>(
  findingTopics.flatMap(({ id, words }) => words.map((word) => [word, id] as const)),
);

/** `cloud-init.datasource-order` is about the first boot. What is not known is `other`. */
export const topicOf = (ruleId: string): FindingTopicId =>
  topicOfWord.get(ruleId.split(".")[0] ?? "") ?? "other";
