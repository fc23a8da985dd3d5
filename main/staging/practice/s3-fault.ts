/** A refusal as S3 words it: an HTTP status with an XML body that carries code and message. */
export class S3Fault extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = "S3Fault";
    this.status = status;
    this.code = code;
  }
}

/** The refusals used in several places; codes and statuses of the Amazon S3 API reference, "Error responses". */
export const faults = {
  accessDenied: (message = "Access Denied") => new S3Fault(403, "AccessDenied", message),
  noSuchBucket: () => new S3Fault(404, "NoSuchBucket", "The specified bucket does not exist"),
  noSuchKey: () => new S3Fault(404, "NoSuchKey", "The specified key does not exist."),
  noSuchUpload: () =>
    new S3Fault(
      404,
      "NoSuchUpload",
      "The specified multipart upload does not exist. It may have been aborted or completed.",
    ),
  invalidArgument: (message: string) => new S3Fault(400, "InvalidArgument", message),
  invalidRequest: (message: string) => new S3Fault(400, "InvalidRequest", message),
  entityTooLarge: () =>
    new S3Fault(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size"),
  notImplemented: (what: string) =>
    new S3Fault(501, "NotImplemented", `The practice store does not implement ${what}`),
};
