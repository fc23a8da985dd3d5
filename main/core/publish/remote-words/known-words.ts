import type { ProviderId } from "#contract/finding.ts";

/** The step of a publish from which it is worth going on once the cause is gone. */
export type ResumeStep = "judge" | "prepare" | "quota" | "stage" | "link" | "register" | "follow";

/** What a provider says when something went wrong, and what is behind it. */
export interface KnownWords {
  /** Whose words they are; left out: anybody's. */
  readonly providers?: readonly ProviderId[];
  /** Found in the provider's own message, whatever the case. Left out: the status alone tells. */
  readonly says?: RegExp;
  /** Of the HTTP answer. */
  readonly httpStatus?: readonly number[];
  /** The provider's own word for the state of a failed image. */
  readonly imageStatus?: RegExp;
  readonly cause: string;
  readonly fix: string;
  readonly resume: ResumeStep;
  /** Where the words were seen. */
  readonly source: string;
}

const panels: readonly ProviderId[] = ["contabo", "fybe"];

/** From the narrow to the wide: the first that fits is taken. */
export const knownWords: readonly KnownWords[] = [
  {
    providers: ["digitalocean"],
    says: /don't support the compression format/i,
    cause:
      "DigitalOcean unpacks gzip and bzip2 and reads qcow2, raw, VHDX, VDI and VMDK; it took the file for another kind of archive.",
    fix: "Compact the image (qcow2, zlib inside, nothing around it) and publish again. If it is compact already, the file at the address was not the image: check the storage.",
    resume: "prepare",
    source: "hashicorp/packer issue 7848",
  },
  {
    providers: panels,
    httpStatus: [402],
    cause: "The account has no paid option for custom images, or what it pays for is used up.",
    fix: "Book the add-on Custom Images Storage for an instance in the customer's panel, then retry: the upload is kept.",
    resume: "register",
    source: "contabo/cntb openapi.yaml, 402",
  },
  {
    providers: panels,
    says: /exceeded your limits|quota|not enough (free )?(space|storage)/i,
    cause: "The account's storage for custom images is full (25 GB unless extended).",
    fix: "Delete an image in the account or extend the storage, then retry: the upload is kept.",
    resume: "quota",
    source: "contabo/cntb openapi.yaml, createCustomImage; Using Custom Images (Contabo)",
  },
  {
    providers: panels,
    httpStatus: [415],
    cause: "The address does not end in .qcow2 or .iso, or the file is neither.",
    fix: "Publish a qcow2 image; with an address of your own, give one that ends in .qcow2.",
    resume: "link",
    source: "contabo/cntb openapi.yaml, createCustomImage 415",
  },
  {
    providers: ["oci"],
    says: /LimitExceeded|QuotaExceeded|service limit/i,
    cause: "The tenancy has reached its limit of custom images.",
    fix: "Delete a custom image or ask for a higher limit (Governance > Limits), then retry: the upload is kept.",
    resume: "register",
    source: "API errors, Oracle documentation",
  },
  {
    providers: ["oci"],
    says: /(bucket|object).{0,80}(does not exist|not found)|NotAuthorizedOrNotFound|BucketNotFound|ObjectNotFound/i,
    cause:
      "OCI says so also when something exists and the user may not see it: bucket, object, compartment, or the pre-authenticated request ran out.",
    fix: "Give the user's group the policies for the compartment's images and objects (manage instance-images, read objects), and check the compartment. Then retry.",
    resume: "link",
    source: "oracle/oci-cli issue 384; API errors, Oracle documentation",
  },
  {
    providers: ["oci"],
    says: /InvalidParameter|CannotParseRequest|Invalid (image|parameter)/i,
    cause: "OCI does not take a value of the request: the source's format, its address, or the firmware.",
    fix: "Publish a qcow2 or a VMDK of kind monolithicSparse or streamOptimized, with one disk that boots by itself.",
    resume: "judge",
    source: "API errors, Oracle documentation; Bring Your Own Image",
  },
  {
    providers: ["oci"],
    says: /NotAuthenticated|clock skew/i,
    cause:
      "The signature was refused: the key does not belong to the user, the session ended, or this computer's clock is off by more than five minutes.",
    fix: "Check the clock and renew the account's key or session, then retry: the upload is kept.",
    resume: "register",
    source: "Request Signatures, Oracle documentation",
  },
  {
    providers: ["oci"],
    says: /work request .{0,40}(failed|cancell?ed)|internal error/i,
    cause: "OCI began the import and gave it up.",
    fix: "Read the errors of the work request above; without one, retry once. It may be a VMDK that is not self-contained or a disk without a boot loader.",
    resume: "register",
    source: "Work Requests API, Oracle documentation",
  },
  {
    providers: ["hypervisor-io"],
    says: /image feature is not enabled/i,
    cause: "The operator has not switched custom images on at this location.",
    fix: "Ask the operator to enable images in the settings of the location.",
    resume: "register",
    source: "Instance Images, Hypervisor.io documentation",
  },
  {
    providers: ["hypervisor-io"],
    says: /maximum image limit reached/i,
    cause: "The account has as many images as the operator allows.",
    fix: "Delete an image in the account or ask the operator for a higher limit, then retry.",
    resume: "quota",
    source: "Instance Images, Hypervisor.io documentation",
  },
  {
    httpStatus: [413],
    cause: "The request is larger than the other side takes.",
    fix: "With a storage of your own, raise its limit for uploads (client_max_body_size in nginx).",
    resume: "stage",
    source: "CanonicalLtd/microstack issue 86",
  },
  {
    says: /unexpected EOF/i,
    cause: "The connection from which the image was read ended before its last byte.",
    fix: "Retry: the upload is kept. If it happens again, the storage cuts long downloads: stage in another region or on another storage.",
    resume: "register",
    source: "hashicorp/packer issue 9848",
  },
  {
    says: /(invalid|corrupt|damaged|not a valid).{0,40}(image|qcow2?|disk)|(image|qcow2?|disk).{0,40}(invalid|corrupt|damaged)|could not open .*image/i,
    cause: "The provider fetched the file and found no image in it that it can read.",
    fix: "Check the image here and publish again. If it is sound, the address gave something else: look at what it answers.",
    resume: "judge",
    source: "texts of qemu-img, which importers pass on",
  },
  {
    says: /unsupported image format|unsupported (disk )?format|format .{0,30}not supported/i,
    cause: "The provider does not take images of this format.",
    fix: "Compact the image to qcow2 and publish that.",
    resume: "prepare",
    source: "texts of qemu-img, which importers pass on",
  },
  {
    says: /(exceed|larger than|too (big|large)|bigger than|maximum size)/i,
    cause: "The disk inside the image, or the file, is larger than the provider takes.",
    fix: "Make the disk smaller in the guest, compact, and publish again. The check says how large it may be.",
    resume: "judge",
    source: "Custom Images Limits (DigitalOcean), Using Custom Images (Contabo)",
  },
  {
    says: /no (cloud-init|datasource)|cloud-init (was )?not found/i,
    cause: "The provider looked into the image and found no cloud-init.",
    fix: "Install cloud-init in the machine, seal it again and publish the new image.",
    resume: "judge",
    source: "Custom Images Features (DigitalOcean)",
  },
  {
    says: /(unsupported|unknown|not supported).{0,30}(file ?system|filesystem|operating system|\bos\b)/i,
    cause: "The provider looked into the image and found a filesystem or system that it does not take.",
    fix: "See the findings of the check for this provider: they name what is asked for.",
    resume: "judge",
    source: "Custom Images Limits (DigitalOcean)",
  },
  {
    says: /(HEAD|head request).{0,60}(fail|not (allowed|supported)|405|403)/i,
    cause: "The provider asks with HEAD before it fetches, and the address refused that.",
    fix: "Use a storage whose plain address answers HEAD; a signed GET link does not.",
    resume: "link",
    source: "Custom Images Limits (DigitalOcean)",
  },
  {
    says: /(timed? ?out|timeout|connection (reset|refused)|could not (resolve|connect|download)|download (failed|error)|unreachable|status(?: code)?:? ?(403|404|5\d\d))/i,
    cause: "The provider could not fetch the image from its address.",
    fix: "Check that the storage is reachable from the internet (not only from here), then retry: the upload is kept.",
    resume: "link",
    source: "texts of curl and HTTP libraries, which importers pass on",
  },
  {
    httpStatus: [402],
    cause: "The provider wants to be paid first.",
    fix: "See the billing page of the account, then retry: the upload is kept.",
    resume: "register",
    source: "RFC 9110 15.5.3",
  },
  {
    httpStatus: [409],
    says: /(name|already exists|duplicate)/i,
    cause: "There is an image of this name, or one in a state that allows nothing else.",
    fix: "Give the image another name, or wait until the other one is done, then retry.",
    resume: "register",
    source: "contabo/cntb openapi.yaml, 409",
  },
  {
    httpStatus: [409],
    cause: "Something in the account is in a state that does not allow this now.",
    fix: "Wait until it is done (see the account's images), then retry: the upload is kept.",
    resume: "register",
    source: "RFC 9110 15.5.10",
  },
  {
    httpStatus: [429],
    cause: "The account has sent more requests than the provider takes in a time.",
    fix: "Retry after the pause that the provider asks for: the upload is kept.",
    resume: "register",
    source: "DigitalOcean API, rate limit; RFC 6585",
  },
  {
    providers: ["digitalocean"],
    imageStatus: /^deleted$/i,
    cause:
      "DigitalOcean deletes an image that it cannot import, often without a word: a file that is no image, a disk over 100 GB, or a filesystem other than ext3 and ext4.",
    fix: "See the findings of the check for DigitalOcean, and what the address answers; then publish again.",
    resume: "judge",
    source: "terraform-provider-digitalocean issue 613; doctl issue 671",
  },
  {
    providers: ["oci"],
    imageStatus: /^deleted$/i,
    cause: "OCI deletes an image whose import failed. The reason stands in its work request.",
    fix: "Open the work request in the console (Compute > Work requests), then publish again.",
    resume: "judge",
    source: "Work Requests API, Oracle documentation",
  },
  {
    httpStatus: [401],
    cause: "The keys are no longer good: they were revoked, or they ran out meanwhile.",
    fix: "Give the account new keys (Accounts, Change keys), then retry: the upload is kept.",
    resume: "register",
    source: "RFC 9110 15.5.2",
  },
  {
    httpStatus: [403],
    cause: "The keys are good, but do not allow this.",
    fix: "Give them the rights that the account's page names, then retry: the upload is kept.",
    resume: "register",
    source: "RFC 9110 15.5.4",
  },
  {
    httpStatus: [500, 502, 503, 504],
    cause: "The provider is in trouble on its own side.",
    fix: "Retry later: the upload is kept. Its status page may tell more.",
    resume: "register",
    source: "RFC 9110 15.6",
  },
];
