/** DigitalOcean wants ConfigDrive before NoCloud (its Custom Images document); the others take any order. */
const datasourceList = "[ ConfigDrive, DigitalOcean, NoCloud, Oracle, OpenStack, Ec2, None ]";

/** What a user would do to make the machine fit for every provider. */
export const customiseCommands: readonly { title: string; command: string }[] = [
  {
    title: "Set the order of datasources",
    command:
      `printf 'datasource_list: ${datasourceList}\\n' > /etc/cloud/cloud.cfg.d/95_goldsmith.cfg` +
      " && rm -f /etc/cloud/cloud.cfg.d/90_installer.cfg",
  },
  { title: "Leave the network to cloud-init", command: "rm -f /etc/netplan/01-installer.yaml" },
  { title: "Add a file", command: "echo 'A golden image, made with Goldsmith' > /etc/motd" },
];

/** What must not be the same on two instances, and what is nobody else's business. */
export const sealCommands = (user: string): readonly { title: string; command: string }[] => [
  { title: "Clean cloud-init", command: "cloud-init clean --logs --seed" },
  {
    title: "Forget keys and identity",
    command:
      "rm -f /etc/ssh/ssh_host_* /var/lib/dbus/machine-id /var/lib/systemd/random-seed && truncate -s 0 /etc/machine-id",
  },
  { title: "Lock the password", command: `usermod -p '!' ${user}` },
  {
    title: "Drop histories, logs and caches",
    command:
      `rm -rf /root/.bash_history /home/${user}/.bash_history /home/${user}/.sudo_as_admin_successful` +
      " /tmp/* /var/tmp/* /var/lib/dhcp/*.leases && apt-get clean" +
      " && journalctl -q --rotate && journalctl -q --vacuum-time=1s",
  },
  { title: "Give freed blocks back", command: "fstrim -a; sync" },
];
