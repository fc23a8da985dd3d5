import { describe, expect, it } from "vitest";
import { decodeAwsChunked } from "./aws-chunked.ts";
import { S3Fault } from "./s3-fault.ts";
import { authenticate, type Identity, type IncomingRequest } from "./sigv4.ts";

/**
 * The published examples of the Amazon S3 API reference: "Examples: Signature Calculations" (authorization
 * header), "Authenticating Requests: Using Query Parameters" and "Transferring Payload in Multiple Chunks".
 */
const accessKeyId = "AKIAIOSFODNN7EXAMPLE";
const secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const secretOf = (id: string): string | null => (id === accessKeyId ? secret : null);
const nowMs = Date.parse("2013-05-24T00:00:00Z");
const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

function signed(
  request: Partial<IncomingRequest> & { headers: Record<string, string> },
  signature: string,
): IncomingRequest {
  const headers: Record<string, string> = {
    host: "examplebucket.s3.amazonaws.com",
    "x-amz-date": "20130524T000000Z",
    "x-amz-content-sha256": emptyHash,
    ...request.headers,
  };
  const names = Object.keys(headers).toSorted().join(";");
  headers["authorization"] =
    `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20130524/us-east-1/s3/aws4_request,SignedHeaders=${names},Signature=${signature}`;
  return { method: "GET", rawPath: "/", query: [], ...request, headers };
}

const getObject = signed(
  { rawPath: "/test.txt", headers: { range: "bytes=0-9" } },
  "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
);
const putObject = signed(
  {
    method: "PUT",
    rawPath: "/test%24file.text",
    headers: {
      date: "Fri, 24 May 2013 00:00:00 GMT",
      "x-amz-storage-class": "REDUCED_REDUNDANCY",
      "x-amz-content-sha256": "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
    },
  },
  "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
);
const getLifecycle = signed(
  { query: [["lifecycle", ""]], headers: {} },
  "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
);
const listObjects = signed(
  {
    query: [
      ["max-keys", "2"],
      ["prefix", "J"],
    ],
    headers: {},
  },
  "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
);
const presigned: IncomingRequest = {
  method: "GET",
  rawPath: "/test.txt",
  query: [
    ["X-Amz-Algorithm", "AWS4-HMAC-SHA256"],
    ["X-Amz-Credential", `${accessKeyId}/20130524/us-east-1/s3/aws4_request`],
    ["X-Amz-Date", "20130524T000000Z"],
    ["X-Amz-Expires", "86400"],
    ["X-Amz-SignedHeaders", "host"],
    ["X-Amz-Signature", "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"],
  ],
  headers: { host: "examplebucket.s3.amazonaws.com" },
};
const chunkedPut = signed(
  {
    method: "PUT",
    rawPath: "/examplebucket/chunkObject.txt",
    headers: {
      host: "s3.amazonaws.com",
      "x-amz-storage-class": "REDUCED_REDUNDANCY",
      "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
      "content-encoding": "aws-chunked",
      "x-amz-decoded-content-length": "66560",
      "content-length": "66824",
    },
  },
  "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
);

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof S3Fault) return `${error.status} ${error.code}`;
    throw error;
  }
  return "accepted";
};

describe("authenticate", () => {
  it.each([
    ["GET Object with a range", getObject],
    ["PUT Object", putObject],
    ["GET Bucket lifecycle", getLifecycle],
    ["List Objects with parameters", listObjects],
    ["a presigned URL", presigned],
    ["the head of a chunked upload", chunkedPut],
  ])("accepts the published example: %s", (_name, request) => {
    expect(authenticate(request, secretOf, nowMs)?.accessKeyId).toBe(accessKeyId);
  });

  it("takes an unsigned request for anonymous", () => {
    expect(authenticate({ ...getObject, headers: { host: "h" } }, secretOf, nowMs)).toBeNull();
  });

  it.each<[string, () => unknown, string]>([
    [
      "another path",
      () => authenticate({ ...getObject, rawPath: "/test2.txt" }, secretOf, nowMs),
      "403 SignatureDoesNotMatch",
    ],
    [
      "another method",
      () => authenticate({ ...presigned, method: "HEAD" }, secretOf, nowMs),
      "403 SignatureDoesNotMatch",
    ],
    [
      "another range",
      () =>
        authenticate(
          { ...getObject, headers: { ...getObject.headers, range: "bytes=0-99" } },
          secretOf,
          nowMs,
        ),
      "403 SignatureDoesNotMatch",
    ],
    [
      "another query",
      () => authenticate({ ...listObjects, query: [["prefix", "J"]] }, secretOf, nowMs),
      "403 SignatureDoesNotMatch",
    ],
    ["another secret", () => authenticate(getObject, () => "guess", nowMs), "403 SignatureDoesNotMatch"],
    ["an unknown key id", () => authenticate(getObject, () => null, nowMs), "403 InvalidAccessKeyId"],
    [
      "16 minutes later",
      () => authenticate(getObject, secretOf, nowMs + 16 * 60_000),
      "403 RequestTimeTooSkewed",
    ],
    ["an expired URL", () => authenticate(presigned, secretOf, nowMs + 86_401_000), "403 AccessDenied"],
    [
      "an unsigned x-amz header",
      () =>
        authenticate(
          { ...getObject, headers: { ...getObject.headers, "x-amz-acl": "public-read" } },
          secretOf,
          nowMs,
        ),
      "403 AccessDenied",
    ],
    [
      "a malformed header",
      () =>
        authenticate(
          { ...getObject, headers: { ...getObject.headers, authorization: "AWS4-HMAC-SHA256 x" } },
          secretOf,
          nowMs,
        ),
      "400 AuthorizationHeaderMalformed",
    ],
    [
      "version 2 of the signature",
      () =>
        authenticate(
          { ...getObject, headers: { ...getObject.headers, authorization: "AWS AKID:c2ln" } },
          secretOf,
          nowMs,
        ),
      "400 AuthorizationHeaderMalformed",
    ],
  ])("refuses %s", (_name, run, code) => {
    expect(codeOf(run)).toBe(code);
  });
});

describe("decodeAwsChunked", () => {
  const chunks: [number, string][] = [
    [65_536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"],
    [1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"],
    [0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"],
  ];
  const body = Buffer.concat(
    chunks.map(([sizeBytes, signature]) =>
      Buffer.from(`${sizeBytes.toString(16)};chunk-signature=${signature}\r\n${"a".repeat(sizeBytes)}\r\n`),
    ),
  );
  const identity = authenticate(chunkedPut, secretOf, nowMs) as Identity;
  const decode = async (bytes: Buffer, stepBytes: number): Promise<Buffer> => {
    const pieces = async function* (): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < bytes.length; i += stepBytes) yield bytes.subarray(i, i + stepBytes);
    };
    const out: Uint8Array[] = [];
    for await (const piece of decodeAwsChunked(pieces(), identity, new Map())) out.push(piece);
    return Buffer.concat(out);
  };

  it.each([7, 1000, 66_824])("verifies the published example in pieces of %i bytes", async (stepBytes) => {
    expect(body.length).toBe(66_824);
    expect(await decode(body, stepBytes)).toEqual(Buffer.alloc(66_560, "a"));
  });

  it("refuses a flipped byte, a cut body and an absurd chunk size", async () => {
    const flipped = Buffer.from(body);
    flipped[65_536 + 200] = 0x62;
    await expect(decode(flipped, 4096)).rejects.toThrow("signature of a chunk");
    await expect(decode(body.subarray(0, 60_000), 4096)).rejects.toThrow("ended before");
    await expect(decode(Buffer.from("ffffffff\r\n"), 4096)).rejects.toThrow("malformed");
  });
});
