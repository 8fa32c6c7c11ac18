// The validation engine of aws-cdk-lib costs seconds a process; one dedicated test switches it on (test/policy).
process.env.CDK_VALIDATION = process.env.CDK_VALIDATION ?? 'false';
