import {
  checkArguments,
  checkFileContent,
  checkLiteral,
  namesSecret,
} from "../../lib/core/credential-literal";
import { findCredential } from "../../lib/core/credential-patterns";
import { checkAnnotations } from "../../lib/core/kubernetes-names";
import { Problems } from "../../lib/core/validation-error";
import { validationProblemsOf } from "../support/stack";

// Put together here, so that no scanner of this repository takes them for real ones.
const AWS_KEY = "AKIA" + "IOSFODNN7EXAMPLE";
const RANDOM = "wJalrXUtnFEMI7K7MDENG" + "bPxRfiCYEXAMPLEKEY9x2";
const JWT = ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0NTY3ODkwIn0", "dozjgNryP4J3jVmNHl0w5N"].join(".");
const PEM = `-----BEGIN RSA ${"PRIVATE"} KEY-----\nMIIB\n-----END RSA ${"PRIVATE"} KEY-----`;
const CERTIFICATE = `-----BEGIN CERTIFICATE-----\n${"MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQsw\n".repeat(4)}-----END CERTIFICATE-----`;

function found(check: (problems: Problems) => void): number {
  const problems = new Problems("test");
  check(problems);
  return problems.any ? validationProblemsOf(() => problems.throwIfAny()).length : 0;
}

describe("a credential is found by its look", () => {
  test.each([
    ["a private key", PEM],
    ["an AWS access key", `key=${AWS_KEY}`],
    ["a GitHub token", `ghp_${"aB3".repeat(12)}`],
    ["a GitLab token", `glpat-${"aB3".repeat(8)}`],
    ["a Slack token", `xoxb-${"1234567890".repeat(2)}`],
    ["a Google API key", `AIza${"aB3-_".repeat(7)}`],
    ["a JSON Web Token", JWT],
    ["the key of an error tracker", `https://${"0a1b2c3d".repeat(4)}@o0.ingest.sentry.example.com/42`],
    ["a password in a URL", "postgres://app:hunter2@db.example.com/shop"],
    ["a password in a URL", "redis://:hunter2@cache:6379"],
    ["a password in a URL", "amqp://app:hunter2@mq/vhost"],
    ["a password in a URL", "mongodb+srv://app:hunter2@cluster0.example.net/shop"],
    ["a password in a URL", "jdbc:oracle:thin:scott/tiger@db:1521/x"],
    ["a password in a connection string", "Server=db;User Id=app;Password=hunter2;"],
    ["a password in a connection string", "host=db user=app password=hunter2"],
    ["a password in a connection string", "jdbc:postgresql://db/shop?user=app&password=hunter2"],
    ["a bearer token", "Bearer 0a1b2c3d4e"],
    ["a bearer token", "curl -H 'Authorization: Bearer abcdefghijklmnopqrstuv' https://api"],
    ["a password for HTTP", `Basic ${Buffer.from("app:hunter2").toString("base64")}`],
    [
      "the address of a webhook, which is a credential",
      "https://hooks.slack.com/services/T024F3K9X/B02ABCDEF12/example",
    ],
    [
      "the address of a webhook, which is a credential",
      "https://acme.webhook.office.com/webhookb2/0c8d9a1e-1111@0c8d9a1e-2222/IncomingWebhook/0123/0c8d",
    ],
    [
      "the address of a webhook, which is a credential",
      "https://events.pagerduty.com/integration/0123456789abcdef/enqueue",
    ],
    ["the address of a webhook, which is a credential", "https://discord.com/api/webhooks/1122/example"],
    ["an npm token", `npm_${"aB3".repeat(12)}`],
    ["a registry's token", `//registry.example.com/:_authToken=${"a1"}b2c3`],
    ["a key of a language model", `sk-proj-${"aB3".repeat(8)}`],
    ["a random text as long as a key", RANDOM],
  ])("%s: %s", (what, text) => {
    expect(findCredential(text)).toBe(what);
  });

  test.each([
    "postgres://db.example.com/shop",
    "postgres://app@db.example.com/shop",
    "postgres://app:$(DB_PASSWORD)@db.example.com/shop",
    "postgres://app:$DB_PASSWORD@db.example.com/shop",
    "host=db user=app password=$(DB_PASSWORD)",
    "Server=db;Password={{ password }};",
    "jdbc:oracle:thin:@//db:1521/x",
    "jdbc:oracle:thin:/@shop",
    "jdbc:oracle:thin:scott/${PASSWORD}@db:1521/x",
    "Bearer $(TOKEN)",
    "Bearer token",
    "bearer authentication is required",
    "Basic authentication",
    "Basic $(ENCODED)",
    "npm_config_registry",
    "https://hooks.slack.com/services",
    "https://alerts.example.com/webhook/v2",
    "//registry.example.com/:_authToken=${NPM_TOKEN}",
    "risk-proj-assessment-of-the-quarter",
    "https://example.com/a:b@c",
    "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "ocid1.vaultsecret.oc1.eu-frankfurt-1.amaaaaaa7xkx2vqa5xqzq3k4l5m6n7o8p9q0r1s2t3u4v5w6x7y8z9",
    "com.example.shop.configuration.ApplicationContextConfigurationFactoryBean2",
    "ApplicationContextConfigurationFactoryBeanPostProcessor1234",
    "/var/lib/AppServer/Config2/Modules3/Plugins4/Default5",
    "sha384-oqVuAfXRKap7fdgcCY5uykM6R9GqQ8KuxY9rx7HNQlGYl1kPzQho1wx4JwY8wCab",
    "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    CERTIFICATE,
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl ops",
  ])("and %s is none", (text) => {
    expect(findCredential(text)).toBeUndefined();
  });
});

describe("a name says that it holds a secret", () => {
  test.each([
    "PASSWORD",
    "DB_PASSWORD",
    "dbPassword",
    "PGPASSWORD",
    "MYSQL_ROOT_PASSWORD",
    "AUTH_TOKEN",
    "GITHUB_TOKEN",
    "CLIENT_SECRET",
    "API_KEY",
    "apiKey",
    "APIKEY",
    "AWS_SECRET_ACCESS_KEY",
    "spring.datasource.password",
    "private-key",
    "DB_PASSWD",
    "CREDENTIALS",
    "DB_PASS",
    "pass",
    "DB_PWD",
    "dbPwd",
    "REDIS_AUTH",
    "DBPASS",
    "DBPWD",
    "pass_phrase",
  ])("%s", (name) => {
    expect(namesSecret(name)).toBe(true);
  });

  test.each([
    "PASSWORD_FILE",
    "TOKEN_TTL",
    "SECRET_NAME",
    "TOKEN_URL",
    "SECRET_ID",
    "PASSWORD_MIN_LENGTH",
    "TOKEN_EXPIRY_SECONDS",
    "MONKEY",
    "KEYBOARD",
    "PORT",
    "TOKENIZER_MODE",
    "ACCESS_LOG",
    "PUBLIC_KEY",
    "CACHE_KEY",
    "VAULT_SECRET_OCID",
    "PASS_THROUGH",
    "AUTHOR",
    "PWD",
    "OLDPWD",
    "AUTH",
    "COMPASS",
    "BYPASS",
    "PASSWORD_ENCODER",
    "login.password.label",
    "AUTH_URL",
  ])("and %s does not", (name) => {
    expect(namesSecret(name)).toBe(false);
  });
});

describe("a literal", () => {
  test.each([
    ["DB_PASSWORD", "hunter2"],
    ["DB_PASSWORD", "123456"],
    ["API_TOKEN", "a b c"],
    ["DB_PASSWORD", "login"],
    ["REDIS_AUTH", "hunter2"],
    ["MODE", RANDOM],
    ["JAVA_TOOL_OPTIONS", "-Xmx1g -Djavax.net.ssl.keyStorePassword=changeit"],
    ["OPTS", "-Ddb.password=hunter22"],
    ["OPTS", "--verbose --db-password='two words'"],
    ["SPRING_APPLICATION_JSON", '{"spring.datasource.password":"hunter22"}'],
    ["SPRING_APPLICATION_JSON", '{"spring":{"datasource":{"user":"x","password":"hunter22"}}}'],
    ["DSN", "jdbc:oracle:thin:scott/tiger@db:1521/x"],
    ["DBPASS", "hunter22"],
  ])("is refused: %s=%s", (name, value) => {
    expect(found((problems) => checkLiteral(problems, `env.${name}`, name, value))).toBe(1);
  });

  test.each([
    ["PASSWORD_FILE", "/run/secrets/db/password"],
    ["DB_PASSWORD", "/run/secrets/db/password"],
    ["TOKEN_TTL", "3600"],
    ["MAX_TOKENS", "4096"],
    ["USE_TOKEN", "true"],
    ["DB_PASSWORD", ""],
    ["DB_PASSWORD", "$(OTHER)"],
    ["DB_PASSWORD", "${OTHER}"],
    ["CLIENT_SECRET", "ocid1.vaultsecret.oc1.eu-frankfurt-1.abc"],
    ["SMTP_AUTH", "login"],
    ["PROXY_AUTH", "oauth2"],
    ["USE_AUTH", "true"],
    ["MODE", "production"],
    ["JAVA_TOOL_OPTIONS", "-Djavax.net.ssl.keyStorePassword=${KEYSTORE_PASSWORD}"],
    ["JAVA_TOOL_OPTIONS", "-Djavax.net.ssl.keyStorePasswordFile=/run/secrets/x"],
    ["OPTS", "--token-ttl=5 --password=$DB_PASSWORD"],
    ["SPRING_APPLICATION_JSON", '{"spring.datasource.password":"${DB_PASSWORD}"}'],
    ["SPRING_APPLICATION_JSON", '{"password":"","token":null,"tokenUrl":"a","secret":{"name":"x"}}'],
    ["RULE", "password==expected && token=>x"],
    ["PASSWORD_MIN_LENGTH", "8"],
    ["COMPASS", "north"],
  ])("is let through: %s=%s", (name, value) => {
    expect(found((problems) => checkLiteral(problems, `env.${name}`, name, value))).toBe(0);
  });

  test("never stands in the error itself, which names OCI Vault", () => {
    const problems = new Problems("test");
    checkLiteral(problems, "env.DB_PASSWORD", "DB_PASSWORD", "hunter2");
    const [problem] = validationProblemsOf(() => problems.throwIfAny());
    expect(JSON.stringify(problem)).not.toContain("hunter2");
    expect(problem?.fix).toContain("OCI Vault");
  });
});

describe("arguments", () => {
  test.each([
    [["--password=hunter2"]],
    [["--db-password", "hunter2"]],
    [["-Dspring.datasource.password=hunter2"]],
    [["--url", "postgres://app:hunter2@db/shop"]],
    [["sh", "-c", `curl -H ${JWT}`]],
    [["sh", "-c", "mysqladmin ping --password=hunter2"]],
    [["sh", "-c", "mysqladmin ping --password 'two words' || exit 1"]],
    [["env", "DB_PASS=hunter2", "/app/web"]],
    [["curl", "-u", "app:hunter2", "http://localhost/"]],
  ])("%j are refused once", (args) => {
    expect(found((problems) => checkArguments(problems, "args", args))).toBe(1);
  });

  test.each([
    [["--password-file=/run/secrets/p"]],
    [["--token-ttl", "3600"]],
    [["--token", "--verbose"]],
    [["--secret", "$(S)"]],
    [["sh", "-c", 'mysqladmin ping --password="$(cat /run/secrets/p)" --user app']],
    [["sh", "-c", "test -n $TOKEN && PASSWORD_FILE=/run/secrets/p /app/web --token-ttl 5"]],
    [["curl", "-u", "$(CREDENTIALS)", "http://localhost/"]],
    [["ls", "-u", "1000"]],
    [[]],
  ])("%j are let through", (args) => {
    expect(found((problems) => checkArguments(problems, "args", args))).toBe(0);
  });
});

describe("an annotation", () => {
  const annotate = (key: string, value: string) =>
    found((problems) => checkAnnotations(problems, "annotations", { [key]: value }));

  test.each([
    ["example.com/password", "hunter2"],
    ["example.com/db-pass", "hunter2"],
    ["example.com/api-key", "hunter2"],
    ["example.com/dsn", "postgres://app:hunter2@db/shop"],
    ["example.com/note", PEM],
  ])("%s: %j is refused", (key, value) => expect(annotate(key, value)).toBe(1));

  test.each([
    ["example.com/auth-secret", "basic-auth"],
    ["example.com/agent-inject-secret-config", "kv/shop"],
    ["example.com/agent-inject-token", "true"],
    ["example.com/auth-url", "https://example.com/login"],
    ["checksum/config", "0123456789abcdef".repeat(4)],
    ["example.com/owner", "The shop's team"],
  ])("%s: %j is let through", (key, value) => expect(annotate(key, value)).toBe(0));
});

describe("a file", () => {
  test.each([
    "password: hunter2",
    'password = "two words"',
    "  export API_KEY=abc",
    '{\n  "clientSecret": "abc",\n}',
    PEM,
    "- token: 'abc' # old",
    '{"password":"hunter2"}',
    "db: {user: x, password: hunter22}",
    "db: {password: correct horse, user: x}",
    "<password>hunter22</password>",
    '<ds:password type="text">hunter22</ds:password>',
    '<Resource username="shop" password="hunter22"/>',
    '<property name="password" value="hunter22"/>',
    "pass_phrase=abc",
    "password: correct horse battery",
    "password: a#b;c # old",
    "password => 'hunter2'",
    "JAVA_OPTS=-Xmx1g -Dapp.token=abc",
    "url=jdbc:oracle:thin:scott/tiger@db:1521/x",
  ])("with %j is refused", (content) => {
    expect(found((problems) => checkFileContent(problems, "/etc/app", content))).toBe(1);
  });

  test.each([
    "# password: hunter2",
    "password: ${DB_PASSWORD}",
    "password_file: /run/secrets/db",
    "token: {{ .Token }}",
    "The password is kept elsewhere: see the handbook of secrets",
    "secretName: web-tls",
    "log_format token $time",
    "passwordFile=/run/secrets/x",
    "tokenUrl: https://idp.example.com/token",
    "keyStorePassword=${KEYSTORE_PASSWORD}",
    "<password/>",
    "<password></password>",
    "<password>${DB_PASSWORD}</password>",
    '<property name="password" value="${DB_PASSWORD}"/>',
    'password: ""',
    "password: '' # filled in later",
    '{"password": "", "token": null, "secretName": "web-tls"}',
    'db: { user: x, password: "${DB_PASSWORD}" }',
    "db: { user: x, passwordFile: /run/secrets/db }",
    'log_format json \'{"token":"$http_x_token"}\';',
    "password: process.env.DB_PASSWORD,",
    "TOKEN=$(cat /run/secrets/token) exec app",
    "if (password == expected) { token = getToken() }",
    "login.password=Please enter your password.",
    'mask: {"password": "***"}',
    "# example: {password: hunter22}",
    CERTIFICATE,
  ])("with %j is let through", (content) => {
    expect(found((problems) => checkFileContent(problems, "/etc/app", content))).toBe(0);
  });

  test("is refused with the number of each line", () => {
    const problems = new Problems("test");
    checkFileContent(problems, "/etc/app", "a: b\npassword: x1\r\ntoken: x2\n");
    expect(validationProblemsOf(() => problems.throwIfAny()).map(({ what }) => what)).toEqual([
      expect.stringContaining("/etc/app, line 2,"),
      expect.stringContaining("/etc/app, line 3,"),
    ]);
  });

  test("is refused for all that it holds together, in one line or in many", () => {
    const problems = new Problems("test");
    const line = '{"password":"x1","user":"shop","token":"x2"}';
    checkFileContent(problems, "/etc/app", `url: postgres://app:x3@db/shop\n${PEM}\n${line}\n${CERTIFICATE}`);
    expect(validationProblemsOf(() => problems.throwIfAny()).map(({ what }) => what)).toEqual([
      "/etc/app, line 1, holds a password in a URL",
      "/etc/app, line 2, holds a private key",
      "/etc/app, line 5, has a literal value, and the name password indicates a secret",
      "/etc/app, line 5, has a literal value, and the name token indicates a secret",
    ]);
  });
});
