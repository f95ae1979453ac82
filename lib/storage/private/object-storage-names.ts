import { matching, type Reader } from "../../core/readers";

const FORMS = {
  bucketName: {
    form: /^[A-Za-z0-9_.-]{1,256}$/,
    fix: 'Give 1 to 256 letters, digits, "-", "_" and ".", as a literal',
  },
  region: {
    form: /^[a-z]+-[a-z]+-\d+$/,
    fix: 'Give the region\'s identifier as a literal, for example "eu-frankfurt-1"',
  },
  namespace: {
    form: /^[A-Za-z0-9_.-]{1,256}$/,
    fix: "Give the Object Storage namespace as a literal; oci os ns get prints it",
  },
  key: {
    form: /^(?!\/)(?!.*\/\/)[A-Za-z0-9_.\/-]{1,1024}(?<!\/)$/,
    fix: 'Give the name of an object as a literal, for example "shop.tfstate"',
  },
};

/** Reads a name of Object Storage as a literal: backend blocks and IAM statements are written from it. */
export function objectStorageName(name: keyof typeof FORMS): Reader<string> {
  const { form, fix } = FORMS[name];
  return matching(form, fix);
}
