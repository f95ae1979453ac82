// Judges every pod of the given manifests by the restricted Pod Security Standard, with the code that the API server's
// own admission runs. Reads the files named as arguments, or standard input where none is named.
//
// Prints each refusal and then "N pods, M refused". Exits 1 on a refusal, where there is no pod to judge, and where a
// manifest cannot be read.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/yaml"
)

// Where each kind of Kubernetes' own keeps its pod. A CronJob's is two templates deep.
var podPaths = map[string][]string{
	"Pod":                   {},
	"PodTemplate":           {"template"},
	"Deployment":            {"spec", "template"},
	"StatefulSet":           {"spec", "template"},
	"DaemonSet":             {"spec", "template"},
	"ReplicaSet":            {"spec", "template"},
	"ReplicationController": {"spec", "template"},
	"Job":                   {"spec", "template"},
	"CronJob":               {"spec", "jobTemplate", "spec", "template"},
}

type judge struct {
	evaluator policy.Evaluator
	levels    []api.LevelVersion
	pods      int
	refused   int
}

// The versions that OKE offers. Each may refuse what another lets pass: 1.34 refuses pods that run as root in a user
// namespace, which 1.35 and newer versions accept.
const allVersions = "v1.34,v1.35,v1.36"

func newJudge(versions string) (*judge, error) {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		return nil, err
	}
	j := &judge{evaluator: evaluator}
	for _, name := range strings.Split(versions, ",") {
		version, err := api.ParseVersion(name)
		if err != nil {
			return nil, err
		}
		j.levels = append(j.levels, api.LevelVersion{Level: api.LevelRestricted, Version: version})
	}
	return j, nil
}

// Judges each document of a stream of YAML or JSON.
func (j *judge) read(from string, stream io.Reader) error {
	documents := utilyaml.NewYAMLOrJSONDecoder(stream, 4096)
	for {
		object := map[string]any{}
		if err := documents.Decode(&object); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("%s: %w", from, err)
		}
		if err := j.object(from, object); err != nil {
			return err
		}
	}
}

func (j *judge) object(from string, object map[string]any) error {
	u := unstructured.Unstructured{Object: object}
	name := strings.TrimLeft(u.GetKind()+" "+strings.TrimPrefix(u.GetNamespace()+"/"+u.GetName(), "/"), " ")
	if items, found, _ := unstructured.NestedSlice(object, "items"); found && strings.HasSuffix(u.GetKind(), "List") {
		for _, item := range items {
			child, ok := item.(map[string]any)
			if !ok {
				return fmt.Errorf("%s: %s has an item that is no object", from, name)
			}
			if err := j.object(from, child); err != nil {
				return err
			}
		}
		return nil
	}
	path, ok := podPaths[u.GetKind()]
	if !ok {
		return nil
	}
	// A path of no fields is the object itself.
	template, found, err := unstructured.NestedMap(object, path...)
	if err != nil || !found {
		return fmt.Errorf("%s: %s has no pod at %s", from, name, strings.Join(path, "."))
	}
	for _, field := range []string{"apiVersion", "kind", "status"} {
		delete(template, field)
	}
	text, err := yaml.Marshal(template)
	if err != nil {
		return err
	}
	// Strict: a misspelt field would otherwise be dropped, and the rest judged as if nothing had been meant.
	pod := corev1.PodTemplateSpec{}
	if err := yaml.UnmarshalStrict(text, &pod); err != nil {
		return fmt.Errorf("%s: %s: %w", from, name, err)
	}
	j.pod(from+": "+name, &pod)
	return nil
}

func (j *judge) pod(name string, pod *corev1.PodTemplateSpec) {
	j.pods++
	var details []string
	versions := map[string][]string{}
	for _, level := range j.levels {
		result := policy.AggregateCheckResults(j.evaluator.EvaluatePod(level, &pod.ObjectMeta, &pod.Spec))
		if result.Allowed {
			continue
		}
		detail := result.ForbiddenDetail()
		if versions[detail] == nil {
			details = append(details, detail)
		}
		versions[detail] = append(versions[detail], level.Version.String())
	}
	for _, detail := range details {
		fmt.Printf("%s: refused by %s: %s\n", name, strings.Join(versions[detail], ", "), detail)
	}
	if len(details) > 0 {
		j.refused++
	}
}

func run() error {
	versions := flag.String("versions", allVersions, "versions of the standard to judge by")
	flag.Parse()
	j, err := newJudge(*versions)
	if err != nil {
		return err
	}
	if flag.NArg() == 0 {
		if err := j.read("standard input", os.Stdin); err != nil {
			return err
		}
	}
	for _, name := range flag.Args() {
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		err = j.read(name, file)
		file.Close()
		if err != nil {
			return err
		}
	}
	fmt.Printf("%d pods, %d refused\n", j.pods, j.refused)
	if j.pods == 0 {
		return errors.New("there is no pod to judge")
	}
	if j.refused > 0 {
		return errors.New("the restricted Pod Security Standard refuses what is listed above")
	}
	return nil
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
