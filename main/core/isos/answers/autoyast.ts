import { packagesOf, type AnswerParts, type MadeAnswers } from "./answer-parts.ts";

/**
 * openSUSE and SLES: `autoinst.xml` on a volume labelled OEMDRV is found without a word on the command line.
 * "AutoYaST Guide", SUSE.
 */
export function autoyast(parts: AnswerParts): MadeAnswers {
  const { username, publicKey, passwordHash } = parts;
  const packages = packagesOf(
    ["cloud-init", "growpart", "openssh", "qemu-guest-agent", "sudo"],
    parts.packages,
  );
  const text = `<?xml version="1.0"?>
<!DOCTYPE profile>
<!-- Made by Goldsmith. One ext4 root on the whole disk, no swap. -->
<profile xmlns="http://www.suse.com/1.0/yast2ns" xmlns:config="http://www.suse.com/1.0/configns">
  <general>
    <mode><confirm config:type="boolean">false</confirm></mode>
  </general>
  <language><language>${xml(parts.locale.replace(/\..*$/, ""))}</language></language>
  <keyboard><keymap>${xml(parts.keyboard)}</keymap></keyboard>
  <timezone><hwclock>UTC</hwclock><timezone>${xml(parts.timezone)}</timezone></timezone>
  <networking>
    <dns><hostname>${xml(parts.hostname)}</hostname></dns>
    <interfaces config:type="list">
      <interface><bootproto>dhcp</bootproto><device>eth0</device><startmode>auto</startmode></interface>
    </interfaces>
  </networking>
  <bootloader>
    <global>
      <append>console=tty0 console=ttyS0,115200n8</append>
      <terminal>serial console</terminal>
      <timeout config:type="integer">3</timeout>
    </global>
  </bootloader>
  <partitioning config:type="list">
    <drive>
      <use>all</use>
      <initialize config:type="boolean">true</initialize>
      <partitions config:type="list">
        <partition><mount>/</mount><filesystem config:type="symbol">ext4</filesystem><size>max</size></partition>
      </partitions>
    </drive>
  </partitioning>
  <software>
    <patterns config:type="list"><pattern>base</pattern></patterns>
    <packages config:type="list">
${packages.map((name) => `      <package>${xml(name)}</package>`).join("\n")}
    </packages>
  </software>
  <services-manager>
    <services><enable config:type="list"><service>sshd</service></enable></services>
  </services-manager>
  <users config:type="list">
    <user>
      <username>${xml(username)}</username>
      <encrypted config:type="boolean">true</encrypted>
      <user_password>${xml(passwordHash ?? "!")}</user_password>${
        publicKey === ""
          ? ""
          : `\n      <authorized_keys config:type="list"><listentry>${xml(publicKey)}</listentry></authorized_keys>`
      }
    </user>
  </users>
  <scripts>
    <post-scripts config:type="list">
      <script>
        <filename>sudo.sh</filename>
        <source>echo '${xml(username)} ALL=(ALL) NOPASSWD:ALL' &gt; /etc/sudoers.d/90-goldsmith; chmod 440 /etc/sudoers.d/90-goldsmith</source>
      </script>
    </post-scripts>
  </scripts>
</profile>
`;
  return {
    answers: {
      kind: "autoyast",
      handOver: "seed-iso",
      label: "OEMDRV",
      files: [{ name: "autoinst.xml", text }],
    },
    commandLine: "textmode=1",
    note: null,
  };
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const xml = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
