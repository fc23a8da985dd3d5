import { Menu, type MenuItemConstructorOptions } from "electron";

export interface MenuActions {
  showDoctor: () => void;
  openDataFolder: () => void;
}

/** The standard menus, so that copy, paste, zoom and the rest are where every desktop has them. */
export function installMenu(actions: MenuActions, platform: NodeJS.Platform = process.platform): void {
  const template: MenuItemConstructorOptions[] = [
    ...(platform === "darwin" ? [{ role: "appMenu" } as const] : []),
    { role: "fileMenu" },
    { role: "editMenu" },
    { role: "viewMenu" },
    { role: "windowMenu" },
    {
      role: "help",
      label: "Help",
      submenu: [
        { label: "Doctor", click: actions.showDoctor },
        { label: "Open the Data Folder", click: actions.openDataFolder },
      ],
    },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
