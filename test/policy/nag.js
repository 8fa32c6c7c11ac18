// Loaded by Node before the sample: adds the rules of cdk-nag to the app that it is about to synthesize.
const { App, Validations } = require('aws-cdk-lib');
const { AwsSolutionsChecks } = require('cdk-nag');

const synth = App.prototype.synth;
App.prototype.synth = function (...args) {
  Validations.of(this).addPlugins(new AwsSolutionsChecks(this));
  return synth.apply(this, args);
};
