import { describe, expect, it } from "vitest";
import type { ImageFacts } from "#contract/facts.ts";
import { judge } from "#core/check/judge.ts";
import { exampleFacts } from "#core/check/testing/example-facts.ts";
import type { ProviderId } from "#contract/finding.ts";
import { profiles } from "#providers/profiles.ts";
import type { PlatformShape } from "#providers/profile.ts";
import { chooseDatasource } from "./choose-datasource.ts";

type CloudInit = NonNullable<ImageFacts["cloudInit"]>;
type DsIdentify = NonNullable<CloudInit["dsIdentify"]>;

const list99 = { path: "/etc/cloud/cloud.cfg.d/99.cfg", line: 1 };

function factsWith(cloudInit: Partial<CloudInit>, dsIdentify: Partial<DsIdentify> = {}): ImageFacts {
  const facts = exampleFacts();
  if (facts.cloudInit?.dsIdentify === null || facts.cloudInit === null) throw new Error("no example");
  return {
    ...facts,
    cloudInit: {
      ...facts.cloudInit,
      dsIdentify: { ...facts.cloudInit.dsIdentify, ...dsIdentify },
      ...cloudInit,
    },
  };
}
const withList = (...list: string[]): ImageFacts =>
  factsWith({ datasourceList: list, decidedBy: list99 }, { readsList: list, readsListFrom: list99 });

function platformOf(id: ProviderId): PlatformShape {
  const [platform] = profiles[id].platforms.value;
  if (platform === undefined) throw new Error(id);
  return platform;
}
const choose = (facts: ImageFacts, id: ProviderId) => chooseDatasource(facts, platformOf(id));

describe("chooseDatasource", () => {
  it("takes what each provider serves from an image that sets nothing", () => {
    const chosen = Object.keys(profiles).map((id) => [id, choose(exampleFacts(), id as ProviderId).chosen]);
    expect(Object.fromEntries(chosen)).toEqual({
      digitalocean: "ConfigDrive",
      contabo: "NoCloud",
      fybe: "NoCloud",
      oci: "Oracle",
      "hypervisor-io": "NoCloud",
      kvm: "NoCloud",
    });
  });

  it("names the line and the alternatives where the list decides", () => {
    expect(choose(withList("DigitalOcean", "NoCloud", "ConfigDrive", "None"), "digitalocean")).toEqual({
      chosen: "DigitalOcean",
      isFromImage: false,
      alternatives: ["ConfigDrive"],
      decidedBy: list99,
      because: "it stands before ConfigDrive in the list and Droplet has its data",
    });
  });

  it("is off where nothing is recognised, and without data where only None is left", () => {
    expect(choose(withList("OpenStack", "Azure", "None"), "oci")).toEqual({
      chosen: null,
      isFromImage: false,
      alternatives: [],
      decidedBy: list99,
      because: "ds-identify finds none of OpenStack, Azure and switches cloud-init off",
    });
    expect(choose(withList("None"), "contabo")).toMatchObject({ chosen: "None", decidedBy: list99 });
    expect(choose(withList("ConfigDrive", "None"), "contabo")).toMatchObject({
      chosen: "None",
      because: "none of ConfigDrive has data here",
    });
  });

  it("takes a seed of the image before the provider's data where it stands first", () => {
    const where = { path: "/var/lib/cloud/seed/nocloud", line: null };
    const list = ["NoCloud", "ConfigDrive", "Oracle", "None"];
    const facts = factsWith(
      { datasourceList: list, decidedBy: list99, seeds: [where] },
      { readsList: list, readsListFrom: list99, foundInImage: [{ datasource: "NoCloud", where }] },
    );
    expect(choose(facts, "oci")).toEqual({
      chosen: "NoCloud",
      isFromImage: true,
      alternatives: ["Oracle"],
      decidedBy: where,
      because: "it stands before Oracle in the list and its data lies in the image itself",
    });
    expect(choose(facts, "contabo")).toMatchObject({ chosen: "NoCloud", isFromImage: false });
  });

  it("follows cloud-init's own list where ds-identify is missing or told not to search", () => {
    const list = ["Oracle", "NoCloud", "None"];
    const own = { datasourceList: list, decidedBy: list99 };
    expect(choose(factsWith({ ...own, dsIdentify: null }), "contabo")).toMatchObject({
      chosen: "NoCloud",
      because: "it is the first in cloud-init's list that has data and NoCloud drive has its data",
    });
    expect(
      choose(factsWith({ ...own, datasourceList: ["Ec2"] }, { policy: "enabled" }), "oci").chosen,
    ).toBeNull();
    expect(
      choose(factsWith(own, { policy: "search,notfound=enabled", readsList: ["Ec2", "GCE"] }), "oci").chosen,
    ).toBe("Oracle");
  });

  it("a list in block form is not read by ds-identify, which then finds what the list did not name", () => {
    const facts = factsWith({ datasourceList: ["None"], decidedBy: list99 }, { readsList: null });
    expect(choose(facts, "digitalocean")).toMatchObject({ chosen: "ConfigDrive", decidedBy: list99 });
  });
});

describe("rule cloud-init.datasource-chosen", () => {
  const finding = (facts: ImageFacts, id: ProviderId) =>
    judge(facts, profiles[id]).findings.find(({ id: rule }) => rule === "cloud-init.datasource-chosen");

  it("passes with the line that decides", () => {
    expect(finding(withList("ConfigDrive", "None"), "digitalocean")).toMatchObject({
      level: "pass",
      title: "cloud-init will choose ConfigDrive: it is the only one in the list and Droplet has its data",
      where: "/etc/cloud/cloud.cfg.d/99.cfg:1",
    });
    expect(finding(withList("ConfigDrive", "None"), "kvm")?.level).toBe("pass");
  });

  it("fails with what will happen instead", () => {
    const unread = factsWith({}, { readsList: ["Ec2", "GCE"], readsListFrom: list99 });
    expect(finding(unread, "oci")).toMatchObject({
      level: "error",
      title: "cloud-init will not run: ds-identify finds none of Ec2, GCE and switches cloud-init off",
      where: "/etc/cloud/cloud.cfg.d/99.cfg:1",
    });
    expect(finding(unread, "kvm")?.level).toBe("warning");
    const none = factsWith({}, { readsList: ["None"], readsListFrom: list99 });
    expect(finding(none, "digitalocean")).toMatchObject({
      level: "error",
      title: "cloud-init will run without data instead of ConfigDrive: none of the datasources has data here",
      where: "/etc/cloud/cloud.cfg.d/99.cfg:1",
    });
    const where = { path: "/var/lib/cloud/seed/nocloud", line: null };
    const seeded = factsWith(
      {},
      { defaultList: ["NoCloud", "ConfigDrive"], foundInImage: [{ datasource: "NoCloud", where }] },
    );
    expect(finding(seeded, "digitalocean")).toMatchObject({
      level: "error",
      title:
        "cloud-init will choose NoCloud instead of ConfigDrive: it stands before ConfigDrive in the list and its data lies in the image itself",
      where: where.path,
    });
  });

  it("says nothing where cloud-init is missing or off", () => {
    expect(finding({ ...exampleFacts(), cloudInit: null }, "oci")).toBeUndefined();
    expect(finding(factsWith({ enabledAtBoot: false }), "oci")).toBeUndefined();
  });
});
