// Judges every pod of the given manifests by the restricted Pod Security Standard, with the code that the API server's
// own admission runs. Reads the files named as arguments, or standard input where none is named.
//
// Prints each refusal and then "N pods, M refused". Exits 1 on a refusal, where there is no pod to judge, and where a
// manifest cannot be read. The file of -exceptions names the pods that may break controls of the standard: which ones, and
// the reason. A pod that breaks a further control is refused, and an exception that no pod needs is an error too.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"sort"
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

// What a pod may do that the standard forbids.
type exception struct {
	// Why the pod needs it.
	Reason string `json:"reason"`
	// The controls that the pod breaks, in the standard's own words.
	Controls []string `json:"controls"`
}

type judge struct {
	evaluator policy.Evaluator
	levels    []api.LevelVersion
	pods      int
	refused   int
	excepted  int
	// The exceptions by the kind, namespace and name of what runs the pod.
	exceptions map[string]exception
	// The controls that pods broke, by exception.
	used map[string]map[string]bool
}

// The versions that OKE offers. Each may refuse what another lets pass: 1.34 refuses pods that run as root in a user
// namespace, which 1.35 and newer versions accept.
const allVersions = "v1.34,v1.35,v1.36"

func newJudge(versions string) (*judge, error) {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		return nil, err
	}
	j := &judge{evaluator: evaluator, exceptions: map[string]exception{}, used: map[string]map[string]bool{}}
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
	j.pod(from, name, &pod)
	return nil
}

func (j *judge) pod(from, name string, pod *corev1.PodTemplateSpec) {
	j.pods++
	allowed, excepted := j.exceptions[name]
	var details []string
	versions := map[string][]string{}
	for _, level := range j.levels {
		result := policy.AggregateCheckResults(j.evaluator.EvaluatePod(level, &pod.ObjectMeta, &pod.Spec))
		for i, control := range result.ForbiddenReasons {
			if excepted && slices.Contains(allowed.Controls, control) {
				if j.used[name] == nil {
					j.used[name] = map[string]bool{}
				}
				j.used[name][control] = true
				continue
			}
			detail := fmt.Sprintf("%s (%s)", control, result.ForbiddenDetails[i])
			if versions[detail] == nil {
				details = append(details, detail)
			}
			versions[detail] = append(versions[detail], level.Version.String())
		}
	}
	if len(details) == 0 {
		if excepted {
			j.excepted++
			fmt.Printf("%s: %s: excepted: %s: %s\n", from, name, strings.Join(allowed.Controls, ", "), allowed.Reason)
		}
		return
	}
	for _, detail := range details {
		fmt.Printf("%s: %s: refused by %s: %s\n", from, name, strings.Join(versions[detail], ", "), detail)
	}
	j.refused++
}

// Reads the exceptions; each has a reason and controls.
func (j *judge) except(name string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &j.exceptions); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for pod, exception := range j.exceptions {
		if strings.TrimSpace(exception.Reason) == "" || len(exception.Controls) == 0 {
			return fmt.Errorf("%s: %s has no reason or no controls", name, pod)
		}
	}
	return nil
}

// The exceptions that no pod needed, with the control.
func (j *judge) unused() []string {
	var names []string
	for name, exception := range j.exceptions {
		for _, control := range exception.Controls {
			if !j.used[name][control] {
				names = append(names, fmt.Sprintf("%s (%s)", name, control))
			}
		}
	}
	sort.Strings(names)
	return names
}

func run() error {
	versions := flag.String("versions", allVersions, "versions of the standard to judge by")
	exceptions := flag.String("exceptions", "", "file with pods that may be refused, by kind, namespace and name, and the reasons")
	flag.Parse()
	j, err := newJudge(*versions)
	if err != nil {
		return err
	}
	if *exceptions != "" {
		if err := j.except(*exceptions); err != nil {
			return err
		}
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
	if j.excepted > 0 {
		fmt.Printf("%d pods with exceptions\n", j.excepted)
	}
	if j.pods == 0 {
		return errors.New("there is no pod to judge")
	}
	if j.refused > 0 {
		return errors.New("the restricted Pod Security Standard refuses what is listed above")
	}
	if names := j.unused(); len(names) > 0 {
		return fmt.Errorf("no pod needs the exceptions of %s", strings.Join(names, ", "))
	}
	return nil
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
