/** All keys of the window, as the help shows them. `mod` is Cmd on a Mac, Ctrl elsewhere. */
export const shortcutGroups: readonly {
  title: string;
  shortcuts: readonly { keys: readonly string[]; what: string }[];
}[] = [
  {
    title: "Everywhere",
    shortcuts: [
      { keys: ["mod", "K"], what: "All commands" },
      { keys: ["mod", "Shift", "P"], what: "All commands, also from the console" },
      { keys: ["mod", "N"], what: "New machine" },
      { keys: ["mod", "O"], what: "Check an image" },
      { keys: ["/"], what: "Search the library" },
      { keys: ["F6"], what: "Next pane" },
      { keys: ["?"], what: "This list" },
    ],
  },
  {
    title: "Library",
    shortcuts: [
      { keys: ["↑", "↓"], what: "Previous, next entry" },
      { keys: ["Enter"], what: "Open" },
      { keys: ["Esc"], what: "Clear the search" },
    ],
  },
  {
    title: "Console",
    shortcuts: [
      { keys: ["Ctrl", "Shift", "F"], what: "Find" },
      { keys: ["Ctrl", "Shift", "C"], what: "Copy the selection" },
      { keys: ["Ctrl", "Shift", "V"], what: "Paste" },
      { keys: ["Ctrl", "+"], what: "Larger text (− smaller, 0 suitable)" },
      { keys: ["Ctrl", "F6"], what: "Leave the console; Tab belongs to the guest" },
    ],
  },
];
